/** Threats of slowness (G of the list, and 85): who waits for whom, and for how long at most. */

import assert from "node:assert/strict";

import {
  accept,
  cut,
  expect,
  expectEnd,
  expectGone,
  expectReset,
  look,
  pass,
  pause,
  resume,
  say,
  sayPieces,
  scenario,
  signal,
  stall,
  wait,
  type Step,
} from "../support/scenario.ts";
import { until } from "../support/within.ts";

const get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const post = (bytes: number): string =>
  `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${bytes}\r\n\r\n`;
const scriptsTime = true;

/** So many bytes, one a second, as a client that just stays awake sends them. */
const drip = (text: string, everyMs: number): Step[] =>
  Array.from(text).flatMap((byte) => [say(byte), pass(everyMs)]);

scenario("threat 123: a head that does not end is refused after 30 s", {
  scriptsTime,
  client: [
    say("GET / HTTP/1.1\r\nHost: x\r\n"),
    pass(29_500),
    look((rest) => assert.equal(rest, "")),
    pass(1_000),
    expect("HTTP/1.1 408 Request Timeout\r\n"),
    expect("Connection: close\r\n"),
    expectEnd(),
  ],
  check: (_, { a }) => assert.equal(a.connections.length, 0),
});

scenario("threat 123: the time is absolute, and no byte starts it again", {
  scriptsTime,
  client: [
    say("GET / HTTP/1.1\r\n"),
    ...drip("X-Slow: 123456789012345", 1_500),
    expect("HTTP/1.1 408 "),
    expectEnd(),
  ],
});

scenario("threat 123: on a kept connection the time starts with the head's first byte", {
  scriptsTime,
  client: [
    say(get),
    expect("\r\n\r\nok"),
    pass(60_000),
    say("GET / HT"),
    pass(29_000),
    look((rest) => assert.equal(rest, "")),
    pass(2_000),
    expect("HTTP/1.1 408 "),
    expectEnd(),
  ],
  a: [expect("GET /"), say(ok), expectGone()],
});

scenario("threat 123: whoever connects and says nothing is left after 30 s", {
  scriptsTime,
  client: [async ({ wire }) => void (await wire()), pass(31_000), expectEnd("")],
});

scenario("threat 123: with a time of 200 ms, on the machine's own clock", {
  timeouts: { headMs: 200 },
  client: [say("GET / HTTP/1.1\r\nHost:"), expect("HTTP/1.1 408 "), expectEnd()],
});

scenario("threat 124: a body slower than 500 B/s is given up after 10 s", {
  streams: true,
  scriptsTime,
  client: [
    say(post(100_000)),
    ...drip("slowly, ever so slowly", 500),
    expect("HTTP/1.1 408 "),
    expect("Connection: close\r\n"),
    expectEnd(),
  ],
  a: [expect("slowly"), expectReset()],
});

scenario("threat 124: a body that is fast enough may take its time", {
  scriptsTime,
  client: [
    say(post(40_000)),
    ...Array.from({ length: 40 }, () => [say("b".repeat(1_000)), pass(1_000)]).flat(),
    expect("\r\n\r\nok"),
  ],
  a: [expect("b".repeat(40_000)), say(ok)],
});

scenario("threat 124: time in which the upstream takes nothing is not the client's", {
  scriptsTime,
  client: [
    say(post(12_000_000)),
    async ({ wire }) => (await wire()).say(Buffer.alloc(12_000_000, "b")),
    pause(100),
    pass(40_000),
    signal("waited"),
    expect("\r\n\r\nok"),
  ],
  a: [
    expect("\r\n\r\n"),
    async ({ wire }) => (await wire()).countOnly(),
    stall(),
    wait("waited"),
    resume(),
    async ({ wire }) => void (await (await wire()).expectCount(12_000_000)),
    say(ok),
  ],
});

scenario("threat 124: with a grace of 300 ms, on the machine's own clock", {
  streams: true,
  timeouts: { bodyGraceMs: 300 },
  client: [say(post(100_000), "hello"), expect("HTTP/1.1 408 "), expectEnd()],
  a: [expect("hello"), expectReset()],
});

const big = Buffer.alloc(12_000_000, "b");
const bigHead = `HTTP/1.1 200 OK\r\nContent-Length: ${big.length}\r\n\r\n`;
const sayBig: Step = async ({ wire }) => {
  const connection = await wire();
  connection.say(bigHead);
  connection.say(big);
};

scenario("threat 125: a client that reads nothing is cut after 60 s, and the upstream with it", {
  scriptsTime,
  client: [
    say(get),
    expect("bbb"),
    stall(),
    pause(150),
    pass(58_000),
    ({ stage }) => Promise.resolve(assert.equal(stage.proxy.worker.counters.exchangesInFlight, 1)),
    pass(4_000),
    resume(),
    expectReset(),
  ],
  a: [expect("GET /"), sayBig, expectGone()],
  check: ({ worker }) => assert.equal(worker.counters.failures["write-timeout"], 1),
});

/** Reads a little, until the proxy has written more for it, and then stands still again. */
const readSome: Step = async ({ wire, stage }) => {
  const client = await wire();
  const { counters } = stage.proxy.worker;
  const before = counters.clientBytesOut;
  client.resume();
  const hasTaken = (): boolean => counters.clientBytesOut > before;
  await until(() => hasTaken() || counters.exchangesInFlight === 0, "the client takes something");
  client.stall();
};

scenario("threat 125: one that reads slowly is served to the end", {
  scriptsTime,
  client: [
    async ({ wire }) => (await wire()).countOnly(),
    say(get),
    stall(),
    pause(150),
    ...Array.from({ length: 6 }, () => [pass(30_000), readSome]).flat(),
    resume(),
    async ({ wire }) => void (await (await wire()).expectCount(big.length)),
  ],
  a: [expect("GET /"), sayBig],
});

scenario("threat 125: one that reads too slowly is cut, on the machine's own clock", {
  timeouts: { responseGraceMs: 400, responseRateMin: 1e9 },
  client: [say(get), expect("bbb"), stall(), wait("gone"), resume(), expectReset()],
  a: [expect("GET /"), sayBig, expectGone(), signal("gone")],
  check: ({ worker }) => assert.equal(worker.counters.failures["read-too-slow"], 1),
});

scenario("threat 125: with a time of 400 ms, on the machine's own clock", {
  timeouts: { writeMs: 400 },
  client: [say(get), expect("bbb"), stall(), wait("gone"), resume(), expectReset()],
  a: [expect("GET /"), sayBig, expectGone(), signal("gone")],
});

scenario("threat 126: a kept connection without requests is closed after 75 s", {
  scriptsTime,
  client: [
    say(get),
    expect("\r\n\r\nok"),
    pass(74_000),
    look((_, wire) => assert.equal(wire.isEnded, false)),
    pass(2_000),
    expectEnd(""),
  ],
  a: [expect("GET /"), say(ok), expectGone()],
});

scenario("threat 126: an idle connection to an upstream is closed after 4 s", {
  scriptsTime,
  client: [say(get), expect("\r\n\r\nok"), pass(5_000), signal("passed")],
  a: [expect("GET /"), say(ok), wait("passed"), expectGone()],
});

scenario("threat 126: or a second before the upstream would do it", {
  scriptsTime,
  client: [say(get), expect("ok"), pass(1_500), say(get), expect("ok")],
  a: [
    expect("GET /"),
    say("HTTP/1.1 200 OK\r\nKeep-Alive: timeout=2\r\nContent-Length: 2\r\n\r\nok"),
    expectGone(),
    accept(),
    expect("GET /"),
    say(ok),
  ],
});

scenario("threat 127: over the limit 503 with Retry-After, and who is in is served", {
  limits: { exchangesMax: 1 },
  client: [say(get), wait("refused"), signal("go on"), expect("\r\n\r\nok")],
  otherClient: [
    wait("in"),
    say(get),
    expect("HTTP/1.1 503 Service Unavailable\r\n"),
    expect("Retry-After: 1\r\n"),
    expect("}\n"),
    signal("refused"),
    wait("done"),
    say(get),
    expect("\r\n\r\nok"),
  ],
  a: [
    expect("GET /"),
    signal("in"),
    wait("go on"),
    say(ok),
    pause(20),
    signal("done"),
    expect("GET /"),
    say(ok),
  ],
});

scenario("threat 120: connections over the limit are closed at once, others are served", {
  limits: { connectionsMax: 1 },
  client: [say(get), expect("\r\n\r\nok"), signal("in"), wait("refused"), say(get), expect("ok")],
  otherClient: [wait("in"), expectGone(), signal("refused")],
  a: [expect("GET /"), say(ok), expect("GET /"), say(ok)],
  check: ({ worker }) => assert.equal(worker.counters.connectionsRefused, 1),
});

scenario("threat 85: an upstream that does not answer in 60 s", {
  scriptsTime,
  client: [
    say(get),
    wait("asked"),
    pass(59_000),
    look((rest) => assert.equal(rest, "")),
    pass(2_000),
    expect("HTTP/1.1 504 Gateway Timeout\r\n"),
  ],
  a: [expect("\r\n\r\n"), signal("asked"), expectGone()],
  check: ({ worker }) => assert.equal(worker.counters.failures["first-byte-timeout"], 1),
});

scenario("threat 85: interim heads do not start the time again", {
  scriptsTime,
  client: [
    say(get),
    expect("HTTP/1.1 103 "),
    pass(40_000),
    signal("later"),
    expect("HTTP/1.1 103 "),
    pass(21_000),
    expect("HTTP/1.1 504 "),
  ],
  a: [
    expect("\r\n\r\n"),
    say("HTTP/1.1 103 Early Hints\r\n\r\n"),
    wait("later"),
    say("HTTP/1.1 103 Early Hints\r\n\r\n"),
    expectGone(),
  ],
});

scenario("threat 85: half a head is no answer", {
  scriptsTime,
  client: [say(get), wait("half"), pass(61_000), expect("HTTP/1.1 504 ")],
  a: [expect("\r\n\r\n"), say("HTTP/1.1 200 O"), signal("half"), expectGone()],
});

scenario("threat 85: an upstream that is silent inside a body for 60 s", {
  scriptsTime,
  client: [
    say(get),
    expect("hel"),
    pass(59_000),
    signal("more"),
    expect("l"),
    pass(59_000),
    look((_, wire) => assert.equal(wire.isEnded, false)),
    pass(2_000),
    expectGone(),
  ],
  a: [
    expect("\r\n\r\n"),
    say("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"),
    wait("more"),
    say("l"),
    expectGone(),
  ],
  check: ({ worker }) => assert.equal(worker.counters.failures["idle-timeout"], 1),
});

scenario("threat 85: events may be an hour apart", {
  scriptsTime,
  client: [say(get), expect("data: 1\n"), pass(3_600_000), signal("more"), expect("data: 2\n")],
  a: [
    expect("\r\n\r\n"),
    say("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n"),
    wait("more"),
    say("data: 2\n\n"),
  ],
});

scenario("threat 85: an upstream that takes nothing of a body for 60 s", {
  scriptsTime,
  client: [
    say(post(big.length)),
    async ({ wire }) => (await wire()).say(big),
    wait("stalled"),
    pause(150),
    pass(122_000),
    expect("HTTP/1.1 504 "),
  ],
  a: [expect("\r\n\r\n"), stall(), signal("stalled")],
});

for (const [what, timeouts, answer] of [
  ["first byte", { firstByte: "200ms" }, ""],
  ["idle", { idle: "200ms" }, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"],
] as const) {
  scenario(`threat 85: ${what} after 200 ms, on the machine's own clock`, {
    config: ({ a }) => ({ sites: { "*": { proxy: a, timeouts } } }),
    client: [say(get), answer === "" ? expect("HTTP/1.1 504 ") : expectGone()],
    a: [expect("\r\n\r\n"), say(answer), expectGone()],
  });
}

scenario("threat 87: an upstream that drips is waited for, byte by byte", {
  scriptsTime,
  client: [say(get), expect("\r\n\r\nslow")],
  a: [
    expect("\r\n\r\n"),
    say("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"),
    ...drip("slow", 50_000),
  ],
});

for (const [what, says, leave] of [
  ["cuts after the head", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", cut()],
  ["cuts inside the body", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", cut()],
  ["cuts inside a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", cut()],
] as const) {
  scenario(`threat 87: an upstream that ${what} leaves a broken answer`, {
    client: [
      say(get),
      expect("HTTP/1.1 200 OK\r\n"),
      signal("come"),
      expectGone(),
      look((_, wire) => assert.doesNotMatch(wire.received, /0\r\n\r\n$/)),
    ],
    a: [expect("\r\n\r\n"), say(says), wait("come"), leave],
    check: ({ worker }) => assert.equal(worker.counters.failures["truncated-response"], 1),
  });
}

scenario("threat 87: an upstream that ends its side and then answers", {
  client: [say(post(5), "hello"), expect("HTTP/1.1 502 "), sayPieces("")],
  a: [expect("hello"), async ({ wire }) => (await wire()).end(), expectGone()],
});
