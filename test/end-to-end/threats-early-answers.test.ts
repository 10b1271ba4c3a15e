/**
 * Threats of answers that are out before their request was read (B of the list): what is left of
 * the body must never be taken for a request, on neither side.
 */

import assert from "node:assert/strict";

import {
  accept,
  close,
  connectAgain,
  end,
  expect,
  expectEnd,
  expectGone,
  expectReset,
  expectSilence,
  look,
  pause,
  say,
  sayAll,
  scenario,
  signal,
  wait,
  type Scenario,
} from "../support/scenario.ts";

const head = (lines: string): string => `POST / HTTP/1.1\r\nHost: x\r\n${lines}\r\n`;
const ok = (body: string): string =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const next = "GET /next HTTP/1.1\r\nHost: x\r\n\r\n";
const expecting = head("Content-Length: 5\r\nExpect: 100-continue\r\n");

/** A body that is a request to whoever loses count. */
const evil = "GET /evil HTTP/1.1\r\nHost: x\r\n\r\n";

scenario("threat 48: a body shorter than its length is never completed", {
  streams: true,
  client: [say(head("Content-Length: 10\r\n"), "hello"), wait("half"), end(), expectGone()],
  a: [
    expect("\r\n\r\nhello"),
    signal("half"),
    expectReset(),
    look((rest) => assert.equal(rest, "")),
  ],
});

scenario("threat 48: chunks without the last one are never completed", {
  streams: true,
  client: [
    say(head("Transfer-Encoding: chunked\r\n"), "5\r\nhello\r\n"),
    wait("half"),
    end(),
    expectGone(),
    connectAgain(),
    say(next),
    expect("ok"),
  ],
  a: [
    expect("5\r\nhello"),
    signal("half"),
    expectReset(),
    look((rest) => assert.doesNotMatch(rest, /0\r\n/)),
    accept(),
    expect("GET /next "),
    say(ok("ok")),
  ],
});

scenario("threat 50: 100 is relayed, and the body follows", {
  streams: true,
  client: [
    say(expecting),
    expect("HTTP/1.1 100 Continue\r\n\r\n"),
    say("hello", next),
    expect("\r\n\r\ndone"),
    expect("\r\n\r\nnext"),
  ],
  a: [
    expect("Expect: 100-continue\r\n"),
    expectSilence(),
    say("HTTP/1.1 100 Continue\r\n\r\n"),
    expect("hello"),
    say(ok("done")),
    expect("GET /next "),
    say(ok("next")),
  ],
});

scenario("threat 50: a body that does not wait for 100 goes on as well", {
  client: [say(expecting, "hello"), expect("\r\n\r\ndone"), say(next), expect("\r\n\r\nnext")],
  a: [expect("\r\n\r\nhello"), say(ok("done")), expect("GET /next "), say(ok("next"))],
});

scenario("threat 50: a final answer instead of 100 ends both connections", {
  streams: true,
  client: [
    say(expecting),
    expect("HTTP/1.1 403 No\r\n"),
    expect("Connection: close\r\n"),
    expectEnd(/no$/),
    connectAgain(),
    say(next),
    expect("\r\n\r\nnext"),
  ],
  a: [
    expect("Expect: 100-continue\r\n"),
    say("HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno"),
    expectGone(),
    accept(),
    expect("GET /next "),
    say(ok("next")),
  ],
});

scenario("threat 50: an answer of our own instead of 100 ends the connection", {
  config: () => ({ sites: { "*": { respond: { status: 200, body: "mine" } } } }),
  client: [say(expecting, evil), expect("Connection: close\r\n"), expectEnd("\r\nmine")],
});

for (const [name, framing, body] of [
  ["sized", "Content-Length: 100\r\n", evil.padEnd(100, "x")],
  ["chunked", "Transfer-Encoding: chunked\r\n", `64\r\n${evil.padEnd(100, "x")}\r\n0\r\n\r\n`],
] as const) {
  scenario(`threat 52: the rest of a ${name} body is drained behind an early answer`, {
    streams: true,
    client: [
      say(head(framing), body.slice(0, 50)),
      expect("\r\n\r\nearly"),
      say(body.slice(50), next),
      expect("\r\n\r\nnext"),
    ],
    a: [
      expect("\r\n\r\n"),
      say(ok("early")),
      expectGone(),
      accept(),
      expect("GET /next "),
      say(ok("next")),
    ],
    check: (_, { a }) =>
      assert.equal(a.connections.length, 2, "the evil request is not among them"),
  });

  for (const [threat, what, action, status] of [
    [53, "an answer of our own", { respond: { status: 200, body: "mine" } }, 200],
    [54, "a redirect", { redirect: "/elsewhere" }, 308],
  ] as const) {
    scenario(`threat ${threat}: ${what} drains a ${name} body`, {
      config: ({ a }) => ({
        sites: { "*": { proxy: a, routes: [{ method: "POST", ...action }] } },
      }),
      client: [
        say(head(framing), body, next),
        expect(`HTTP/1.1 ${status} `),
        expect("HTTP/1.1 200 OK\r\n"),
        expect("next"),
      ],
      a: [expect("GET /next "), say(ok("next"))],
      check: (_, { a }) => assert.doesNotMatch(a.received, /evil/),
    });
  }

  scenario(`threat 54: an error answer drains a ${name} body`, {
    config: ({ a }) => ({ sites: { x: a } }),
    client: [
      say(head(framing).replace("Host: x", "Host: y"), body, next),
      expect("HTTP/1.1 404 "),
      expect("}\n"),
      expect("\r\n\r\nnext"),
    ],
    a: [expect("GET /next "), say(ok("next"))],
    check: (_, { a }) => assert.doesNotMatch(a.received, /evil/),
  });
}

scenario("threat 52: too much left of a body ends the connection, and the answer arrives", {
  client: [
    say(head("Content-Length: 100000000\r\n")),
    expect("\r\n\r\nearly"),
    sayAll(Buffer.alloc(260 * 1024)),
    expectGone(),
  ],
  a: [expect("\r\n\r\n"), say(ok("early")), expectGone()],
});

scenario("threat 52: whoever sends nothing more of a body is not waited for", {
  streams: true,
  scriptsTime: true,
  client: [
    say(head("Content-Length: 100\r\n"), "half"),
    expect("\r\n\r\nearly"),
    signal("answered"),
    expectEnd(),
  ],
  a: [expect("\r\n\r\nhalf"), say(ok("early")), expectGone()],
  otherClient: [wait("answered"), ({ stage }) => stage.proxy.pass(2_200)],
});

scenario("threat 52: an early answer without end is streamed while the body comes", {
  streams: true,
  client: [
    say(head("Content-Length: 10\r\n"), "hello"),
    expect("one"),
    say("world"),
    expect("two"),
    say(next),
    expect("\r\n\r\nnext"),
  ],
  a: [
    expect("\r\n\r\nhello"),
    say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n"),
    expect("world"),
    say("3\r\ntwo\r\n0\r\n\r\n"),
    expect("GET /next "),
    say(ok("next")),
  ],
});

const limited: Pick<Scenario, "config"> = {
  config: ({ a }) => ({ sites: { "*": { proxy: a, limits: { body: "5B" } } } }),
};

scenario("threat 55: a length over the limit is refused before a byte is read", {
  ...limited,
  client: [say(head("Content-Length: 6\r\n")), expect("HTTP/1.1 413 "), say("hello!"), close()],
  check: (_, { a }) => assert.equal(a.connections.length, 0),
});

scenario("threat 55: a length at the limit passes", {
  ...limited,
  client: [say(head("Content-Length: 5\r\n"), "hello"), expect("\r\n\r\nok")],
  a: [expect("\r\n\r\nhello"), say(ok("ok"))],
});

scenario("threat 55: chunks over the limit are refused when they pass it", {
  streams: true,
  ...limited,
  client: [
    say(head("Transfer-Encoding: chunked\r\n"), "5\r\nhello\r\n"),
    wait("half"),
    say("1\r\n!\r\n"),
    expect("HTTP/1.1 413 "),
    expect("}\n"),
    say("0\r\n\r\n", next),
    expect("\r\n\r\nnext"),
  ],
  a: [
    expect("5\r\nhello"),
    signal("half"),
    expectReset(),
    look((rest) => assert.doesNotMatch(rest, /!/)),
    accept(),
    expect("GET /next "),
    say(ok("next")),
  ],
});

scenario("threat 55: the limit counts what comes after an early head, too", {
  streams: true,
  ...limited,
  client: [
    say(head("Transfer-Encoding: chunked\r\n"), "5\r\nhello\r\n"),
    expect("one"),
    say("1\r\n!\r\n"),
    expectGone(),
    look((_, wire) => assert.doesNotMatch(wire.received, /0\r\n\r\n$/)),
  ],
  a: [
    expect("5\r\nhello"),
    say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n"),
    expectReset(),
    pause(1),
  ],
});
