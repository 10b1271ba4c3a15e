/** Ordinary exchanges, as any client and any server have them. */

import assert from "node:assert/strict";

import {
  accept,
  close,
  connectAgain,
  cut,
  end,
  expect,
  expectEnd,
  expectGone,
  expectReset,
  look,
  pause,
  say,
  sayPieces,
  scenario,
  signal,
  wait,
} from "../support/scenario.ts";

const get = (path = "/", lines = ""): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n${lines}\r\n`;
const ok = (body: string): string =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const chunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

scenario("one connection on each side serves many exchanges", {
  client: [1, 2, 3, 4].flatMap((at) => [say(get(`/${at}`)), expect(`\r\n\r\nanswer ${at}`)]),
  a: [1, 2, 3, 4].flatMap((at) => [expect(`GET /${at} `), say(ok(`answer ${at}`))]),
  check: ({ worker }, { a }) => {
    assert.equal(a.connections.length, 1);
    assert.equal(worker.counters.upstreamReuses, 3);
    assert.equal(worker.counters.status2xx, 4);
  },
});

scenario("pipelined requests go one after the other, and are answered in order", {
  client: [
    say(get("/1"), get("/2"), get("/3")),
    expect("\r\n\r\none"),
    expect("\r\n\r\ntwo"),
    expect("\r\n\r\nthree"),
  ],
  a: [
    expect("GET /1 "),
    pause(20),
    look((rest) => assert.doesNotMatch(rest, /GET/)),
    say(ok("one")),
    expect("GET /2 "),
    say(ok("two")),
    expect("GET /3 "),
    say(ok("three")),
  ],
});

scenario("chunks both ways, with trailers", {
  streams: true,
  client: [
    say("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTE: trailers\r\n"),
    say("Connection: TE\r\n\r\n6\r\nhello \r\n"),
    wait("first"),
    say("5\r\nworld\r\n0\r\nX-Sum: 11\r\n\r\n"),
    expect("3\r\none"),
    signal("second"),
    expect("\r\n3\r\ntwo"),
    expect("\r\n0\r\nX-Digest: abc\r\n\r\n"),
  ],
  a: [
    expect("TE: trailers\r\nConnection: TE\r\n\r\n"),
    expect("6\r\nhello "),
    signal("first"),
    expect("\r\n5\r\nworld\r\n0\r\nX-Sum: 11\r\n\r\n"),
    say(chunkedHead, "3\r\none\r\n"),
    wait("second"),
    say("3\r\ntwo\r\n0\r\nX-Digest: abc\r\n\r\n"),
  ],
});

scenario("an answer up to the end of its connection reaches the client in chunks", {
  client: [
    say(get()),
    expect("Transfer-Encoding: chunked\r\n\r\n5\r\nhello"),
    signal("first"),
    expect("\r\n5\r\nworld\r\n0\r\n\r\n"),
    say(get("/next")),
    expect("\r\n\r\nok"),
  ],
  a: [
    expect("GET / "),
    say("HTTP/1.0 200 OK\r\n\r\nhello"),
    wait("first"),
    say("world"),
    close(),
    expect("GET /next "),
    say(ok("ok")),
  ],
});

scenario("an answer that says close is the last of its upstream's connection only", {
  client: [say(get("/1")), expect("\r\n\r\none"), say(get("/2")), expect("\r\n\r\ntwo")],
  a: [
    expect("GET /1 "),
    say("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\none"),
    expectGone(),
    accept(),
    expect("GET /2 "),
    say(ok("two")),
  ],
});

scenario("an HTTP/1.0 upstream that keeps its connection is used again", {
  client: [say(get("/1")), expect("\r\n\r\none"), say(get("/2")), expect("\r\n\r\ntwo")],
  a: [
    expect("GET /1 HTTP/1.1\r\n"),
    say("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\none"),
    expect("GET /2 "),
    say(ok("two")),
  ],
});

scenario("HTTP/1.0 without Host gets to the site for any host, in the upstream's own name", {
  client: [say("GET / HTTP/1.0\r\n\r\n"), expect("HTTP/1.1 200 OK\r\n"), expectEnd(/\r\n\r\nok$/)],
  a: [
    expect("GET / HTTP/1.1\r\nHost: 127.0.0.1:"),
    look((_, wire) => assert.doesNotMatch(wire.received, /x-forwarded-host/i)),
    say(ok("ok")),
  ],
});

scenario("ab: HTTP/1.0, kept alive, request after request", {
  client: [1, 2, 3].flatMap((at) => [
    say(`GET /${at} HTTP/1.0\r\nConnection: Keep-Alive\r\nHost: x\r\nAccept: */*\r\n\r\n`),
    expect("Connection: keep-alive\r\n\r\nok"),
  ]),
  a: [1, 2, 3].flatMap((at) => [expect(`GET /${at} HTTP/1.1\r\n`), say(ok("ok"))]),
});

scenario("OPTIONS * keeps its star", {
  client: [say("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"), expect("Allow: GET\r\n")],
  a: [
    expect("OPTIONS * HTTP/1.1\r\nHost: x\r\n"),
    say("HTTP/1.1 204 No Content\r\nAllow: GET\r\n\r\n"),
  ],
});

scenario("OPTIONS of a whole URL without path is OPTIONS *", {
  client: [say("OPTIONS http://y HTTP/1.1\r\nHost: x\r\n\r\n"), expect("\r\n\r\nok")],
  a: [expect("OPTIONS * HTTP/1.1\r\nHost: y\r\n"), say(ok("ok"))],
});

scenario("an answer comes byte by byte as it is said", {
  client: [say(get()), expect("\r\n\r\nslow and steady")],
  a: [expect("\r\n\r\n"), sayPieces(ok("slow and steady"))],
});

scenario("events come without delay", {
  client: [
    say(get()),
    expect("Content-Type: text/event-stream\r\n"),
    signal("head"),
    expect("data: 1\n\n"),
    signal("1"),
    expect("data: 2\n\n"),
  ],
  a: [
    expect("GET / "),
    say("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"),
    wait("head"),
    say("data: 1\n\n"),
    wait("1"),
    say("data: 2\n\n"),
  ],
});

for (const [what, leave] of [
  ["ends its side", end()],
  ["cuts", cut()],
  ["closes", close()],
] as const) {
  scenario(`a client that ${what} before the answer stops the request`, {
    client: [say(get()), wait("asked"), leave],
    a: [expect("\r\n\r\n"), signal("asked"), expectReset()],
    check: async (proxy) => {
      await proxy.settled();
      assert.equal(proxy.worker.counters.failures["client-gone"], 1);
    },
  });

  scenario(`a client that ${what} inside the answer stops it`, {
    client: [say(get()), expect("part"), leave, connectAgain(), say(get("/next")), expect("ok")],
    a: [
      expect("GET / "),
      say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart"),
      expectReset(),
      accept(),
      expect("GET /next "),
      say(ok("ok")),
    ],
  });
}

scenario("a client that ends its side after an error has lost nothing", {
  config: ({ a }) => ({ sites: { y: a } }),
  client: [say(get()), expect("HTTP/1.1 404 "), expect("}\n"), end(), expectEnd("")],
  check: ({ worker }) => assert.equal(worker.counters.failures["client-gone"], 0),
});

scenario("a Date is added where there is none, and Server is left alone", {
  client: [
    say(get("/1")),
    expect("Server: theirs\r\n"),
    expect("Date: "),
    expect(" GMT\r\n"),
    expect("\r\n\r\nok"),
    say(get("/2")),
    expect("\r\n\r\nok"),
    look((_, wire) => assert.equal(wire.received.match(/^Date: /gm)?.length, 2)),
  ],
  a: [
    expect("GET /1 "),
    say("HTTP/1.1 200 OK\r\nServer: theirs\r\nContent-Length: 2\r\n\r\nok"),
    expect("GET /2 "),
    say("HTTP/1.1 200 OK\r\nDate: Sun, 01 Nov 2026 00:00:00 GMT\r\nContent-Length: 2\r\n\r\nok"),
  ],
});

scenario("ids of requests and traces are passed on, or made", {
  client: [
    say("GET /1 HTTP/1.1\r\nHost: x\r\nX-Request-Id: mine-1\r\n"),
    say("traceparent: 00-0af7651916cd43dd8448eb211c80319c-"),
    say("b7ad6b7169203331-01\r\n\r\n"),
    expect("ok"),
    say(get("/2", "X-Request-Id: <script>\r\ntraceparent: nonsense\r\n")),
    expect("ok"),
  ],
  a: [
    expect("GET /1 "),
    expect("\r\n\r\n"),
    look((_, wire) => {
      assert.match(wire.received, /^X-Request-Id: mine-1\r$/m);
      assert.match(wire.received, /^traceparent: 00-0af7651916cd43dd8448eb211c80319c-/m);
    }),
    say(ok("ok")),
    expect("GET /2 "),
    expect("\r\n\r\n"),
    look((_, wire) => {
      const second = wire.received.slice(wire.received.indexOf("GET /2"));
      assert.doesNotMatch(second, /script|nonsense/);
      assert.match(second, /^X-Request-Id: [\w-]+\r$/m);
      assert.match(second, /^traceparent: 00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]\r$/m);
    }),
    say(ok("ok")),
  ],
});
