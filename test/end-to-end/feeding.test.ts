/** Spoon feeding over real sockets: who is free when, and who gets what. */

import assert from "node:assert/strict";

import { pause as sleep } from "../support/within.ts";
import {
  accept,
  end,
  expect,
  expectEnd,
  expectGone,
  expectMatch,
  look,
  pass,
  pause,
  resume,
  say,
  sayAll,
  scenario,
  signal,
  stall,
  stopListening,
  wait,
  type Step,
} from "../support/scenario.ts";

const get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
/** More than the kernel takes for a client that does not read. */
const page = Buffer.alloc(24_000_000, "0123456789abcdef");
const sized = `HTTP/1.1 200 OK\r\nContent-Length: ${page.length}\r\n\r\n`;
const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const post = (lines: string): string => `POST / HTTP/1.1\r\nHost: x\r\n${lines}\r\n`;

/** For the upstream: nobody connects to it for a while. */
const nobodyAsks: Step = async ({ upstream }) => {
  await sleep(150);
  assert.equal(upstream?.connections.length, 0, "the upstream is not asked");
};

/** The client counts what it gets. */
const counting: Step = async ({ wire }) => (await wire()).countOnly();

const gotPage: Step = async ({ wire }) => {
  const bytes = await (await wire()).expectCount(page.length);
  assert.ok(bytes > page.length, "the page and its head");
};

scenario("feeding: the upstream is free for others before its client has read", {
  client: [counting, say(get), stall(), wait("other"), resume(), gotPage],
  otherClient: [wait("made"), pause(50), say(get), expect("\r\n\r\nok"), signal("other")],
  a: [expect("GET /"), say(sized), sayAll(page), signal("made"), expect("GET /"), say(ok)],
  check: ({ worker }, { a }) => {
    assert.equal(a.connections.length, 1, "the connection was in the pool again");
    assert.ok(worker.observed.spools.counts.savedMs > 0);
  },
});

scenario("feeding: nothing is kept for a client that leaves", {
  client: [say(get), stall(), wait("made"), pause(50), async ({ wire }) => (await wire()).cut()],
  a: [expect("GET /"), say(sized), sayAll(page), signal("made")],
  check: async (proxy) => {
    await proxy.settled();
    const { worker } = proxy;
    assert.equal(worker.spooledBytes(), 0);
    assert.equal(worker.counters.failures["client-gone"], 1);
  },
});

scenario("feeding: an upstream that dies leaves what it said, then a visible cut", {
  client: [counting, say(get), stall(), wait("dead"), pause(50), resume(), gotHalf(), expectGone()],
  a: [
    expect("GET /"),
    say(sized),
    sayAll(page.subarray(0, page.length / 2)),
    async ({ wire }) => (await wire()).close(),
    signal("dead"),
  ],
  check: ({ worker }) => assert.equal(worker.counters.failures["truncated-response"], 1),
});

function gotHalf(): Step {
  return async ({ wire }) => {
    const bytes = await (await wire()).expectCount(page.length / 2);
    assert.ok(bytes < page.length / 2 + 1_000, `${bytes} bytes came`);
  };
}

scenario("feeding: the first bytes do not wait for the rest", {
  client: [say(get), expect("first"), signal("seen"), expect("last")],
  a: [
    expect("GET /"),
    say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfirst"),
    wait("seen"),
    say("last"),
  ],
});

scenario("feeding: X-Accel-Buffering is the upstream's to say, and the client sees it", {
  client: [
    counting,
    say(get),
    stall(),
    wait("begun"),
    pause(300),
    ({ stage }) => {
      assert.equal(stage.proxy.worker.observed.spools.counts.answersFreed, 0);
      assert.ok(stage.proxy.worker.spooledBytes() < 200_000, "no more than a socket's queue");
      return Promise.resolve();
    },
    resume(),
    gotPage,
  ],
  a: [
    expect("GET /"),
    say(sized.replace("\r\n\r\n", "\r\nX-Accel-Buffering: no\r\n\r\n")),
    signal("begun"),
    sayAll(page),
  ],
});

scenario("feeding: an upload is collected, and nobody hears of it before it is whole", {
  client: [
    say(post("Content-Length: 10\r\n"), "hello"),
    wait("quiet"),
    say("world"),
    expect("\r\n\r\nok"),
  ],
  a: [nobodyAsks, signal("quiet"), expect("\r\n\r\nhelloworld"), say(ok)],
});

scenario("feeding: who waits for 100 is told so here, and the upstream is not asked", {
  client: [
    say(post("Content-Length: 5\r\nExpect: 100-continue\r\n")),
    expect("HTTP/1.1 100 Continue\r\n\r\n"),
    say("hello"),
    expect("HTTP/1.1 200 OK"),
    expect("\r\n\r\nok"),
  ],
  a: [expectMatch(/^POST [^]*\r\n\r\nhello/), look((rest) => assert.equal(rest, "")), say(ok)],
  check: (_, { a }) => assert.doesNotMatch(a.received, /Expect/i),
});

scenario("feeding: a collected upload goes to the next upstream if the first is not there", {
  config: ({ a, b }) => ({ sites: { "*": { proxy: { to: [a, b] } } } }),
  client: [
    wait("gone"),
    say(post("Transfer-Encoding: chunked\r\n"), "5\r\nhello\r\n"),
    pause(30),
    say("5\r\nworld\r\n0\r\nX-T: t\r\n\r\n"),
    expect("\r\n\r\nok"),
    say(post("Content-Length: 5\r\n")),
    pause(30),
    say("again"),
    expect("\r\n\r\nok"),
  ],
  a: [stopListening(), signal("gone")],
  b: [expect("\r\n\r\n"), expect("X-T: t\r\n\r\n"), say(ok), expect("\r\n\r\nagain"), say(ok)],
  check: ({ worker }) => assert.ok(worker.counters.retries > 0),
});

scenario("feeding: over the limit an upload is streamed, and what came first comes first", {
  config: ({ a }) => ({ sites: { "*": { proxy: a, buffer: { request: "1KiB" } } } }),
  client: [
    say(post("Transfer-Encoding: chunked\r\n"), `3e8\r\n${"a".repeat(1_000)}\r\n`),
    wait("quiet"),
    say(`19\r\n${"b".repeat(25)}\r\n`),
    wait("begun"),
    say("1\r\nc\r\n0\r\n\r\n"),
    expect("\r\n\r\nok"),
  ],
  a: [
    nobodyAsks,
    signal("quiet"),
    expect(`${"a".repeat(1_000)}${"b".repeat(24)}`),
    // A chunk's end goes out with the next one.
    expect("1\r\nb"),
    signal("begun"),
    expect("c\r\n0\r\n\r\n"),
    say(ok),
  ],
});

scenario("feeding: a body known to be longer than the limit is streamed at once", {
  config: ({ a }) => ({ sites: { "*": { proxy: a, buffer: { request: "1KiB" } } } }),
  client: [
    say(post("Content-Length: 2000\r\n"), "first"),
    wait("begun"),
    say("x".repeat(1_995)),
    expect("\r\n\r\nok"),
  ],
  a: [expect("\r\n\r\nfirst"), signal("begun"), expect("x".repeat(1_995)), say(ok)],
});

scenario("feeding: a client that leaves in its upload was never the upstream's matter", {
  client: [say(post("Content-Length: 10\r\n"), "hello"), pause(30), end(), expectGone()],
  a: [nobodyAsks],
  check: ({ worker }) => assert.equal(worker.counters.failures["client-gone"], 1),
});

scenario("feeding: a slow upload is given up by its rate, and the upstream never saw it", {
  scriptsTime: true,
  client: [say(post("Content-Length: 10000\r\n"), "hello"), pass(13_000), expect("HTTP/1.1 408 ")],
  a: [nobodyAsks],
});

const bodyOf = (bytes: number): Buffer => page.subarray(0, bytes);

/** Takes what has come so far, and sees how much that is. */
const hasAbout =
  (bytes: number): Step =>
  async ({ wire }) => {
    const count = await (await wire()).expectCount(bytes * 0.9);
    assert.ok(count <= bytes * 1.1 + 1_000, `${count} bytes came, want about ${bytes}`);
  };

scenario("feeding: an answer goes at the rate that its route allows, its upstream at its own", {
  scriptsTime: true,
  config: ({ a }) => ({ sites: { "*": { proxy: a, limits: { bandwidth: "100KB/s" } } } }),
  client: [
    counting,
    say(get),
    wait("made"),
    pause(50),
    // What a bucket holds goes at once.
    hasAbout(20_000),
    pass(1_000),
    pause(30),
    hasAbout(120_000),
    pass(4_000),
    async ({ wire }) => void (await (await wire()).expectCount(180_000)),
  ],
  a: [
    expect("GET /"),
    say("HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n"),
    sayAll(bodyOf(300_000)),
    signal("made"),
  ],
});

scenario("feeding: when all memory is in use, who comes is refused, and then not any more", {
  config: ({ a }) => ({ buffer: { memory: "8MiB", disk: "off" }, sites: { "*": a } }),
  client: [
    ({ stage }) => {
      stage.proxy.worker.observed.spools.charge(8 * 1024 * 1024);
      return Promise.resolve();
    },
    say(get),
    expectMatch(/^HTTP\/1\.1 503 [^]*Retry-After: 1\r\n/),
    ({ stage }) => {
      stage.proxy.worker.observed.spools.discharge(8 * 1024 * 1024);
      return Promise.resolve();
    },
    expectMatch(/\r\n\r\n[^]*$/),
    say(get),
    expect("\r\n\r\nok"),
  ],
  a: [accept(), expect("GET /"), say(ok)],
  check: ({ worker }) => assert.equal(worker.counters.failures.overloaded, 1),
});

scenario("feeding: HEAD and ranges are what they are", {
  client: [
    say("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n"),
    expectMatch(/Content-Length: 24000000\r\n[^]*\r\n$/),
    say("GET / HTTP/1.1\r\nHost: x\r\nRange: bytes=10-14\r\nConnection: close\r\n\r\n"),
    expectEnd(/206 Partial Content\r\n[^]*Content-Range: bytes 10-14\/20[^]*\r\n\r\nabcde$/),
  ],
  a: [
    expect("HEAD /"),
    say(sized),
    expect("Range: bytes=10-14"),
    say(
      "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 10-14/20\r\n",
      "Content-Length: 5\r\n\r\nabcde",
    ),
  ],
});
