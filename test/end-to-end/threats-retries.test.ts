/** Threats of sending a request twice (C of the list), and of connections that are used again. */

import assert from "node:assert/strict";

import {
  accept,
  close,
  cut,
  end,
  expect,
  expectEnd,
  expectGone,
  pass,
  pause,
  say,
  scenario,
  signal,
  stopListening,
  type Script,
  type Step,
  wait,
} from "../support/scenario.ts";
import { SlowDials } from "../support/slow-dials.ts";

const request = (method: string, body = ""): string =>
  `${method} / HTTP/1.1\r\nHost: x\r\n` +
  (body === "" ? "\r\n" : `Content-Length: ${body.length}\r\n\r\n${body}`);
const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/** An exchange that leaves an idle connection to the upstream. */
const warmClient: Script = [say(request("GET")), expect("\r\n\r\nok"), signal("warm")];
const warmUpstream: Script = [expect("GET /"), expect("\r\n\r\n"), say(ok)];

/** From here on the proxy's dials wait. */
const hold =
  (dials: SlowDials): Step =>
  async () =>
    dials.hold();

/** Both addresses, so that a second attempt could go somewhere else. */
const two = ({ a, b }: { a: string; b: string }): unknown => ({
  sites: { "*": { proxy: { to: [b, a] } } },
});

for (const [how, leave] of [
  ["closes", close()],
  ["cuts", cut()],
] as const) {
  for (const method of ["GET", "POST"]) {
    scenario(`threat 66: ${method} that an upstream ${how} on is not sent again`, {
      config: two,
      client: [say(request(method, "hello")), expect("HTTP/1.1 502 "), expect("}\n")],
      a: [expect("hello"), leave],
      check: (proxy, { b }) => {
        assert.equal(b.connections.length, 0);
        assert.equal(proxy.worker.counters.retries, 0);
      },
    });
  }
}

for (const [name, config, retries] of [
  ["one", ({ a }: { a: string }) => ({ sites: { "*": a } }), 0],
  ["two", two, 1],
] as const) {
  scenario(`retries: of ${name} dead upstreams each is asked once, and ${retries} are counted`, {
    config,
    client: [wait("a"), wait("b"), say(request("GET")), expect("HTTP/1.1 502 ")],
    a: [stopListening(), signal("a")],
    b: [stopListening(), signal("b")],
    check: ({ worker }) => assert.equal(worker.counters.retries, retries),
  });
}

scenario("threat 66: an answer that has begun is never asked for again", {
  client: [...warmClient, say(request("GET")), expect("part"), expectGone()],
  a: [
    ...warmUpstream,
    expect("GET /"),
    say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\npart"),
    pause(20),
    close(),
  ],
  check: (proxy, { a }) => {
    assert.equal(a.connections.length, 1);
    assert.equal(proxy.worker.counters.failures["truncated-response"], 1);
  },
});

scenario("threat 66: half a head of an answer is an answer that has begun", {
  client: [...warmClient, say(request("GET")), expect("HTTP/1.1 502 ")],
  a: [...warmUpstream, expect("GET /"), say("HTTP/1.1 2"), pause(20), close()],
  check: (_, { a }) => assert.equal(a.connections.length, 1),
});

scenario("threat 66: POST is not sent again on a kept connection that died", {
  client: [...warmClient, say(request("POST", "hello")), expect("HTTP/1.1 502 ")],
  a: [...warmUpstream, expect("hello"), close()],
  check: (_, { a }) => assert.equal(a.connections.length, 1),
});

scenario("threat 66: POST takes no connection that was idle for over a second", {
  scriptsTime: true,
  client: [
    ...warmClient,
    pass(1_500),
    say(request("POST", "hello")),
    expect("\r\n\r\nok"),
    say(request("GET")),
    expect("\r\n\r\nok"),
  ],
  a: [...warmUpstream, accept(), expect("hello"), say(ok), expect("GET /"), say(ok)],
});

scenario("threat 66: the second attempt is the last", {
  client: [...warmClient, say(request("GET")), expect("HTTP/1.1 502 ")],
  a: [...warmUpstream, expect("GET /"), close(), expect("GET /"), close()],
  check: (proxy, { a }) => {
    assert.equal(a.connections.length, 2);
    assert.equal(proxy.worker.counters.retries, 1);
  },
});

for (const [how, leave] of [
  ["closed", close()],
  ["cut", cut()],
  ["ended", end()],
] as const) {
  scenario(`threat 67: GET on a kept connection that is ${how} goes on a fresh one`, {
    client: [...warmClient, say(request("GET")), expect("\r\n\r\nok")],
    a: [...warmUpstream, expect("GET /"), leave, accept(), expect("GET /"), say(ok)],
    check: (proxy, { a }) => {
      assert.equal(a.connections.length, 2);
      assert.equal(proxy.worker.counters.status5xx, 0);
    },
  });
}

scenario("threat 67: PUT is sent again with its whole body", {
  client: [...warmClient, say(request("PUT", "hello")), expect("\r\n\r\nok")],
  a: [...warmUpstream, expect("\r\n\r\nhello"), close(), expect("\r\n\r\nhello"), say(ok)],
});

scenario("threat 67: PUT is sent again with the part that has come, and then the rest", {
  streams: true,
  client: [
    ...warmClient,
    say("PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
    wait("again"),
    say("5\r\nworld\r\n0\r\nX-T: t\r\n\r\n"),
    expect("\r\n\r\nok"),
  ],
  a: [
    ...warmUpstream,
    expect("5\r\nhello"),
    close(),
    expect("5\r\nhello"),
    signal("again"),
    expect("5\r\nworld\r\n0\r\nX-T: t\r\n\r\n"),
    say(ok),
  ],
});

scenario("threat 67: a body too large to be kept is not sent again", {
  streams: true,
  client: [
    ...warmClient,
    say("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n", "b".repeat(200_000)),
    expect("HTTP/1.1 502 "),
  ],
  a: [...warmUpstream, expect("b".repeat(200_000)), close()],
  check: (_, { a }) => assert.equal(a.connections.length, 1),
});

const slowDials = new SlowDials();

scenario("threat 67: a body that goes on while the second attempt is made is sent whole", {
  streams: true,
  transport: slowDials,
  client: [
    ...warmClient,
    say("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 180000\r\n\r\n", "b".repeat(50_000)),
    wait("cut"),
    async () => slowDials.begun(),
    say("b".repeat(130_000)),
    pause(20),
    async () => slowDials.release(),
    expect("\r\n\r\nok"),
  ],
  a: [
    ...warmUpstream,
    expect("b".repeat(50_000)),
    hold(slowDials),
    cut(),
    signal("cut"),
    expect("b".repeat(180_000)),
    say(ok),
  ],
});

scenario("threat 67: nobody left for the second attempt", {
  client: [...warmClient, say(request("PUT", "hello")), expect("HTTP/1.1 502 ")],
  a: [...warmUpstream, expect("\r\n\r\nhello"), stopListening(), close()],
  check: ({ worker }) => assert.equal(worker.counters.failures["connect-refused"], 1),
});

scenario("threat 80: an answer on an idle connection closes it", {
  client: [...warmClient, wait("closed"), say(request("GET")), expect("\r\n\r\nok")],
  a: [
    ...warmUpstream,
    pause(20),
    say("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"),
    expectGone(),
    signal("closed"),
    accept(),
    expect("GET /"),
    say(ok),
  ],
  check: (_, { a }) => assert.equal(a.connections.length, 2),
});

scenario("threat 80: an upstream that speaks first is no HTTP server", {
  client: [say(request("GET")), expect("HTTP/1.1 502 "), expect("}\n")],
  a: [say("220 smtp.example ESMTP\r\n"), expectGone()],
});

scenario("threat 70: an answer without body is over with its head", {
  client: [
    say("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n"),
    expect("Content-Length: 5\r\n\r\n"),
    say("GET /304 HTTP/1.1\r\nHost: x\r\n\r\n"),
    expect("HTTP/1.1 304 Not Modified\r\n"),
    expect("\r\n\r\n"),
    say("GET /204 HTTP/1.1\r\nHost: x\r\n\r\n"),
    expect("HTTP/1.1 204 No Content\r\n"),
    expect("\r\n\r\n"),
    say("GET /200 HTTP/1.1\r\nHost: x\r\n\r\n"),
    expect("\r\n\r\nok"),
  ],
  a: [
    expect("HEAD /"),
    say("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
    expect("GET /304"),
    say("HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n"),
    expect("GET /204"),
    say("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"),
    expect("GET /200"),
    say(ok),
  ],
  check: (_, { a }) => assert.equal(a.connections.length, 1),
});

scenario("threat 68: HTTP/1.0 gets no chunks, and the end of the connection for an end", {
  client: [
    say("GET / HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n"),
    expect("Connection: close\r\n\r\n"),
    expectEnd("helloworld"),
  ],
  a: [
    expect("GET / HTTP/1.1\r\n"),
    say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
    say("5\r\nhello\r\n5\r\nworld\r\n0\r\nX-T: t\r\n\r\n"),
  ],
});

scenario("threat 68: HTTP/1.0 is kept alive if it asks, and if the length is known", {
  client: [
    say("GET /1 HTTP/1.0\r\nHost: x\r\nConnection: Keep-Alive\r\n\r\n"),
    expect("Connection: keep-alive\r\n\r\nok"),
    say("GET /2 HTTP/1.0\r\nHost: x\r\n\r\n"),
    expect("Connection: close\r\n\r\nok"),
    expectEnd(""),
  ],
  a: [expect("GET /1 HTTP/1.1"), say(ok), expect("GET /2 HTTP/1.1"), say(ok)],
});

scenario("threat 68: an answer to HTTP/1.0 that breaks off is cut with a reset", {
  client: [say("GET / HTTP/1.0\r\nHost: x\r\n\r\n"), expect("hello"), expectGone(), pause(20)],
  a: [
    expect("GET /"),
    say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
    pause(20),
    close(),
  ],
});
