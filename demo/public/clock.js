/** Moves the clock's hands when an event arrives, and at no other time. */

const part = (id) => document.getElementById(id);
const events = new EventSource("clock/events");
let lastMs;

events.addEventListener("open", () => show("state", "open"));
events.addEventListener("error", () => show("state", "broken, trying again …"));
events.addEventListener("tick", (event) => {
  const { count, time } = JSON.parse(event.data);
  const date = new Date(time);
  const seconds = date.getUTCSeconds();
  const minutes = date.getUTCMinutes() + seconds / 60;
  turn("seconds", seconds * 6);
  turn("minutes", minutes * 6);
  turn("hours", ((date.getUTCHours() % 12) + minutes / 60) * 30);

  show("time", time.slice(11, 19));
  show("count", count);
  const nowMs = performance.now();
  if (lastMs !== undefined) show("gap", `${Math.round(nowMs - lastMs)} ms`);
  lastMs = nowMs;
});

function turn(id, degrees) {
  part(id).setAttribute("transform", `rotate(${degrees})`);
}

function show(id, text) {
  part(id).textContent = text;
}
