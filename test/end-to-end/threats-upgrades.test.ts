/** Threats of upgrades and CONNECT (H of the list). */

import assert from "node:assert/strict";

import {
  close,
  cut,
  end,
  expect,
  expectEnd,
  expectGone,
  expectReset,
  expectSilence,
  look,
  pass,
  pause,
  resume,
  say,
  scenario,
  signal,
  stall,
  wait,
  type Step,
} from "../support/scenario.ts";

const upgrade = (protocol: string, lines = ""): string =>
  `GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n${lines}\r\n`;
const plain = (lines: string): string => `GET /ws HTTP/1.1\r\nHost: x\r\n${lines}\r\n`;
const switching =
  "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const next = "GET /next HTTP/1.1\r\nHost: x\r\n\r\n";
const evil = "GET /evil HTTP/1.1\r\nHost: x\r\n\r\n";

const opened: Step[] = [say(upgrade("websocket")), expect("HTTP/1.1 101 "), expect("\r\n\r\n")];
const accepted: Step[] = [expect("Upgrade: websocket\r\n\r\n"), say(switching)];
const scriptsTime = true;

scenario("threat 134: what is pipelined behind an upgrade waits for the 101", {
  client: [say(upgrade("websocket"), "early"), expect("HTTP/1.1 101 "), expect("\r\n\r\nthere")],
  a: [
    expect("\r\n\r\n"),
    expectSilence(),
    look((rest) => assert.equal(rest, "")),
    say(switching),
    expect("early"),
    say("there"),
  ],
});

scenario("threat 134: and is HTTP again if the answer is another one", {
  client: [say(upgrade("websocket"), next), expect("\r\n\r\nok"), expect("\r\n\r\nok")],
  a: [expect("\r\n\r\n"), expectSilence(), say(ok), expect("GET /next HTTP/1.1\r\n"), say(ok)],
});

scenario("threat 135: 426 is no tunnel", {
  client: [
    say(upgrade("websocket", "Sec-WebSocket-Version: 777\r\n"), evil),
    expect("HTTP/1.1 426 "),
    expect("HTTP/1.1 403 "),
  ],
  config: ({ a }) => ({
    sites: { "*": { proxy: a, routes: [{ path: "/evil", respond: { status: 403 } }] } },
  }),
  a: [
    expect("Sec-WebSocket-Version: 777\r\n"),
    expect("\r\n\r\n"),
    say("HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n"),
    pause(30),
    look((rest) => assert.equal(rest, "")),
  ],
});

scenario("threat 135: nor is a 200 that says Upgrade", {
  client: [say(upgrade("websocket"), evil), expect("\r\n\r\nok"), expect("HTTP/1.1 403 ")],
  config: ({ a }) => ({
    sites: { "*": { proxy: a, routes: [{ path: "/evil", respond: { status: 403 } }] } },
  }),
  a: [
    expect("\r\n\r\n"),
    say("HTTP/1.1 200 OK\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"),
    say("Content-Length: 2\r\n\r\nok"),
  ],
});

for (const [threat, what, request] of [
  [106, "h2c", upgrade("h2c", "HTTP2-Settings: AAMAAABk\r\n")],
  [106, "h2", upgrade("h2")],
  [106, "a list with h2c in it", upgrade("websocket, h2c")],
  [136, "an unlisted protocol", upgrade("my-protocol")],
  [136, "Upgrade that Connection does not name", plain("Upgrade: websocket\r\n")],
  [136, "Connection: Upgrade without Upgrade", plain("Connection: Upgrade\r\n")],
  [136, "an upgrade in HTTP/1.0", upgrade("websocket").replace("HTTP/1.1", "HTTP/1.0")],
] as const) {
  scenario(`threat ${threat}: ${what} is a plain request`, {
    client: [say(request), expect("\r\n\r\nok")],
    a: [
      expect("GET /ws HTTP/1.1\r\n"),
      expect("\r\n\r\n"),
      look((_, wire) => assert.doesNotMatch(wire.received, /^(?:connection|upgrade|http2)/im)),
      say(ok),
    ],
  });
}

scenario("threat 136: an upgrade of a request with a body is none", {
  client: [
    say(upgrade("websocket", "Content-Length: 5\r\n").replace("GET", "POST"), "hello", next),
    expect("\r\n\r\nok"),
    expect("\r\n\r\nok"),
  ],
  a: [
    expect("\r\n\r\nhello"),
    look((_, wire) => assert.doesNotMatch(wire.received, /^(?:connection|upgrade):/im)),
    say(ok),
    expect("GET /next"),
    say(ok),
  ],
});

scenario("threat 137: a client's end is passed on, and the upstream may go on speaking", {
  client: [...opened, say("ping"), end(), expect("pong"), expectEnd("bye")],
  a: [...accepted, expect("ping"), expectEnd(""), say("pong"), pause(10), say("bye"), end()],
  check: ({ worker }) => assert.equal(worker.counters.failures["client-gone"], 0),
});

scenario("threat 137: an upstream's end is passed on, and the client may go on speaking", {
  client: [...opened, expectEnd("bye"), say("still"), pause(10), say(" here"), end()],
  a: [...accepted, say("bye"), end(), expect("still"), expectEnd(" here")],
  check: ({ worker }) => assert.equal(worker.counters.failures["client-gone"], 0),
});

scenario("threat 137: what waits goes out before an end", {
  client: [
    ...opened,
    stall(),
    wait("said"),
    pause(50),
    resume(),
    async ({ wire }) => void (await (await wire()).expectBytes(8_000_000)),
    expectEnd(""),
    end(),
  ],
  a: [
    ...accepted,
    async ({ wire }) => (await wire()).say(Buffer.alloc(8_000_000, "b")),
    end(),
    signal("said"),
    expectEnd(""),
  ],
});

scenario("threat 137: a client's reset is passed on", {
  client: [...opened, say("ping"), wait("heard"), cut()],
  a: [...accepted, expect("ping"), signal("heard"), expectReset()],
});

scenario("threat 137: an upstream's reset is passed on", {
  client: [...opened, say("ping"), expectReset()],
  a: [...accepted, expect("ping"), cut()],
});

scenario("threat 137: a reset behind an end is passed on", {
  client: [...opened, end(), expectReset()],
  a: [...accepted, expectEnd(), cut()],
});

scenario("threat 138: a tunnel in which nothing passes is closed after an hour", {
  scriptsTime,
  client: [
    ...opened,
    pass(3_500_000),
    say("still here"),
    wait("heard"),
    pass(3_500_000),
    look((_, wire) => assert.equal(wire.isEnded, false)),
    pass(200_000),
    expectGone(),
  ],
  a: [...accepted, expect("still here"), signal("heard"), expectGone()],
});

scenario("threat 138: what the upstream says keeps a tunnel open, too", {
  scriptsTime,
  client: [
    ...opened,
    pass(3_500_000),
    signal("speak"),
    expect("hi"),
    pass(3_500_000),
    look((_, wire) => assert.equal(wire.isEnded, false)),
  ],
  a: [...accepted, wait("speak"), say("hi"), pause(1)],
});

for (const [what, request] of [
  ["CONNECT", "CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n"],
  ["CONNECT to ourselves", "CONNECT 127.0.0.1:80 HTTP/1.1\r\nHost: x\r\n\r\n"],
] as const) {
  scenario(`threat 139: ${what} is refused`, {
    client: [say(request, evil), expect("HTTP/1.1 405 "), expect("Allow: "), expectGone()],
    check: (_, { a }) => assert.equal(a.received, ""),
  });
}

for (const target of ["/", "x", "http://x/", "x:y", ":443", "u@x:443"]) {
  scenario(`threat 139: CONNECT ${target} is no request`, {
    client: [
      say(`CONNECT ${target} HTTP/1.1\r\nHost: x\r\n\r\n`),
      expect("HTTP/1.1 400 "),
      expectEnd(),
      close(),
    ],
  });
}
