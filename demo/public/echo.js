/** Sends what is typed over a WebSocket, and shows what comes back and how long it took. */

const part = (id) => document.getElementById(id);
const form = part("say");
const input = part("text");
const talk = part("talk");
const sentMs = [];

// Relative to the page, so that it also works under a prefix that the proxy strips.
const address = new URL("echo/ws", location.href);
address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
const socket = new WebSocket(address);

socket.addEventListener("open", () => {
  setState("open", `open: ${address}`);
  say("Hello through the gate");
});
socket.addEventListener("close", ({ code }) => setState("closed", `closed with code ${code}`));
socket.addEventListener("message", ({ data }) => {
  const tookMs = performance.now() - (sentMs.shift() ?? performance.now());
  add("theirs", `${data}`, `back in ${tookMs.toFixed(1)} ms`);
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  say(input.value);
  form.reset();
});

function say(text) {
  add("ours", text, "sent");
  sentMs.push(performance.now());
  socket.send(text);
}

function add(whose, text, note) {
  const item = document.createElement("li");
  item.className = whose;
  const small = document.createElement("small");
  small.textContent = note;
  item.append(text, small);
  talk.append(item);
  talk.scrollTop = talk.scrollHeight;
}

function setState(state, text) {
  part("lamp").dataset.state = state;
  part("state").textContent = text;
  for (const control of form.elements) control.disabled = state !== "open";
}
