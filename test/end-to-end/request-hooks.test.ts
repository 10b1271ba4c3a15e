/** Request hooks in their place: what they see, what goes out, and what ends them. */

import assert from "node:assert/strict";

import type { RequestHook } from "../../src/foregate.ts";
import {
  accept,
  close,
  expect,
  expectEnd,
  expectMatch,
  expectSilence,
  look,
  pass,
  say,
  scenario,
  signal,
  stopListening,
  wait,
} from "../support/scenario.ts";

const get = "GET /app/x?y HTTP/1.1\r\nHost: acme.example\r\n\r\n";
const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

const sites =
  (request: unknown, site: object = {}) =>
  ({ a }: { readonly a: string }): unknown => ({
    sites: { "*": { proxy: a, hooks: { request }, ...site } },
  });

const by = (request: RequestHook, site: object = {}): ReturnType<typeof sites> =>
  sites(request, site);

scenario("request hook: sees what came, and changes what is cleaned and ruled", {
  config: by(
    (from, to) => {
      assert.equal(from.path, "/app/x");
      assert.equal(to.path, "/x");
      assert.equal(from.fields.has("x-forwarded-proto"), false);
      assert.equal(to.fields.get("x-forwarded-proto"), "http");
      assert.equal(from.fields.get("x-rule"), "client");
      assert.equal(to.fields.get("x-rule"), "rule");
      assert.equal(to.fields.has("x-hop"), false);
      to.fields.set("x-tenant", from.host.split(".", 1)[0] ?? "");
      to.path = `/v2${to.path}`;
      to.query = "z";
      to.authority = "inside.example";
    },
    { strip: "/app", headers: { request: { set: { "x-rule": "rule" } } } },
  ),
  client: [
    say("GET /app/x?y HTTP/1.1\r\nHost: acme.example\r\nX-Rule: client\r\n"),
    say("X-Hop: 1\r\nConnection: x-hop\r\n\r\n"),
    expect("HTTP/1.1 200 OK"),
  ],
  a: [expectMatch(/^GET \/v2\/x\?z HTTP\/1.1\r\n[^]*x-tenant: acme\r\n/), say(ok)],
  check: (_, { a }) => assert.match(a.received, /\r\nHost: inside.example\r\n/),
});

scenario("request hook: answers itself, and the body that comes with it is drained", {
  config: by((from, to) => {
    if (from.method === "POST") to.respond({ status: 403, headers: { "x-a": "1" }, body: "no" });
  }),
  client: [
    say("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", get),
    expectMatch(/^HTTP\/1.1 403 Forbidden\r\nx-a: 1\r\n[^]*Content-Length: 2\r\n\r\nno/),
    expect("HTTP/1.1 200 OK"),
  ],
  a: [expect("GET /app/x?y"), say(ok)],
  check: (_, { a }) => assert.doesNotMatch(a.received, /POST/),
});

scenario("request hook: redirects, and files from the folder of the config", {
  config: by((from, to) => {
    if (from.path === "/r") to.redirect(`https://${from.authority}/login`);
    else to.file("package.json", 404);
  }),
  client: [
    say("GET /r HTTP/1.1\r\nHost: a.example:8080\r\n\r\n"),
    expectMatch(/^HTTP\/1.1 302 Found\r\nLocation: https:\/\/a.example:8080\/login\r\n/),
    say("GET /f HTTP/1.1\r\nHost: x\r\n\r\n"),
    expectMatch(/HTTP\/1.1 404 Not Found\r\nContent-Type: application\/json\r\n[^]*"foregate"/),
    say("HEAD /f HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
    expectMatch(/HTTP\/1.1 404 Not Found\r\n[^]*Content-Length: [1-9]\d+\r\n[^]*\r\n\r\n/),
    expectEnd(""),
  ],
});

for (const [name, file] of [
  ["is not there", "nothing.html"],
  ["is a folder", "docs"],
] as const) {
  scenario(`request hook: a file that ${name}`, {
    config: by((_, to) => to.file(file)),
    client: [
      say(get),
      expect("HTTP/1.1 500 Internal Server Error"),
      look((rest) => assert.doesNotMatch(rest, new RegExp(file))),
    ],
    troubles: [new RegExp(`^the request hook of \\* has failed: [^]*${file}`)],
    check: ({ worker }) => assert.equal(worker.counters.failures["hook-failed"], 1),
  });
}

const failing: Readonly<Record<string, RequestHook>> = {
  throws: () => {
    throw new Error("secret reason");
  },
  rejects: () => Promise.reject(new Error("secret reason")),
  "wants another head behind a value": (_, to) => to.fields.set("x-a", "secret reason\r\nX-B: c"),
  "wants another head behind a path": async (_, to) => {
    await Promise.resolve();
    to.path = "/ secret reason HTTP/1.1\r\nX-B: c";
  },
  "wants a length of its own": (_, to) => to.fields.set("content-length", "secret reason"),
};

for (const [name, hook] of Object.entries(failing)) {
  scenario(`request hook: one that ${name} is a 500, and nothing goes out`, {
    config: by(hook),
    client: [
      say(get),
      expect("HTTP/1.1 500 Internal Server Error"),
      look((rest) => assert.doesNotMatch(rest, /secret|hook/)),
    ],
    troubles: [/^the request hook of \* has failed: (?:TypeError|Error: secret reason)/],
    check: ({ worker }, { a }) => {
      assert.equal(worker.counters.failures["hook-failed"], 1);
      assert.equal(a.received, "");
    },
  });
}

scenario("request hook: what it catches itself is no failure", {
  config: by((_, to) => {
    assert.throws(() => to.fields.set("x-a", "a\nb"));
  }),
  client: [say(get), expect("HTTP/1.1 200 OK")],
  a: [expect("GET /app/x?y"), say(ok)],
});

/** A hook that is done when a test says so. */
function gate(): { readonly hook: RequestHook; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return {
    open: resolve,
    hook: async (from, to) => {
      if (from.path === "/slow") await promise;
      to.fields.set("x-hook", from.path);
    },
  };
}

{
  const { hook, open } = gate();
  scenario("request hook: one that waits keeps the order of pipelined requests", {
    config: by(hook),
    client: [
      say("GET /slow HTTP/1.1\r\nHost: x\r\n\r\nGET /fast HTTP/1.1\r\nHost: x\r\n\r\n"),
      expectSilence(),
      async () => open(),
      expect("HTTP/1.1 200 OK"),
      expect("slow"),
      expect("HTTP/1.1 200 OK"),
      expect("fast"),
    ],
    a: [
      expectMatch(/^GET \/slow [^]*x-hook: \/slow\r\n/),
      say("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow"),
      expectMatch(/GET \/fast [^]*x-hook: \/fast\r\n/),
      say("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfast"),
    ],
  });
}

{
  const { hook, open } = gate();
  scenario("request hook: others go on while one waits, and a body waits with it", {
    config: by(hook),
    client: [
      say("POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"),
      wait("other is done"),
      async () => open(),
      expect("HTTP/1.1 200 OK"),
    ],
    otherClient: [say(get), expect("HTTP/1.1 200 OK"), signal("other is done")],
    a: [
      expect("GET /app/x"),
      say(ok),
      expectMatch(/POST \/slow [^]*x-hook: \/slow\r\n[^]*\r\n\r\nhello/),
      say(ok),
    ],
  });
}

{
  const { hook, open } = gate();
  scenario("request hook: one that takes 5 s has failed, and comes too late", {
    config: by(hook),
    scriptsTime: true,
    client: [
      say("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"),
      pass(4_800),
      expectSilence(),
      pass(400),
      expect("HTTP/1.1 504 Gateway Timeout"),
      async () => open(),
      say("GET /fast HTTP/1.1\r\nHost: x\r\n\r\n"),
      expect("HTTP/1.1 200 OK"),
    ],
    a: [expect("GET /fast"), say(ok)],
    troubles: [/^the request hook of \* has failed: [^]*not done within 5000 ms/],
    check: ({ worker }, { a }) => {
      assert.equal(worker.counters.failures["hook-timeout"], 1);
      assert.doesNotMatch(a.received, /slow/);
    },
  });
}

scenario("request hook: the deadline of one that was in time is forgotten", {
  config: by(async () => {}),
  scriptsTime: true,
  client: [say(get), expect("HTTP/1.1 200 OK")],
  a: [expect("GET /app/x?y"), say(ok)],
  check: async (proxy) => {
    await proxy.pass(6_000);
    assert.equal(proxy.worker.counters.failures["hook-timeout"], 0);
  },
});

{
  const { hook, open } = gate();
  scenario("request hook: a client that leaves meanwhile ends the exchange at once", {
    config: by(hook),
    scriptsTime: true,
    client: [say("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"), wait("begun"), close()],
    otherClient: [
      say(get),
      expect("HTTP/1.1 200 OK"),
      signal("begun"),
      async ({ stage }) => {
        await stage.proxy.settled();
        assert.equal(stage.proxy.worker.counters.failures["client-gone"], 1);
        open();
      },
    ],
    a: [expect("GET /app/x"), say(ok)],
    check: (_, { a }) => assert.doesNotMatch(a.received, /slow/),
  });
}

scenario("request hook: a stop cuts one that never ends", {
  config: by(() => new Promise(() => {})),
  client: [say(get), expectSilence()],
});

{
  let runs = 0;
  scenario("request hook: runs once, however often the request is sent", {
    config: ({ a, b }) => ({
      sites: {
        "*": {
          proxy: { to: [a, b] },
          hooks: { request: (() => void (runs += 1)) satisfies RequestHook },
        },
      },
    }),
    client: [wait("deaf"), say(get, get), expect("HTTP/1.1 200 OK"), expect("HTTP/1.1 200 OK")],
    a: [stopListening(), signal("deaf")],
    b: [accept(), expect("GET /app"), say(ok), expect("GET /app"), say(ok)],
    check: ({ worker }) => {
      assert.ok(worker.counters.retries >= 1);
      assert.equal(runs, 2);
    },
  });
}

scenario("request hook: comes after who may not get in", {
  config: by(() => assert.fail("nobody got in"), { access: { deny: ["127.0.0.0/8"] } }),
  client: [say(get), expect("HTTP/1.1 403 Forbidden")],
});

scenario("request hook: sees an upgrade, and lets it pass", {
  config: by((_, to) => to.fields.set("x-hook", "1")),
  client: [
    say("GET /ws HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"),
    expect("HTTP/1.1 101 Switching Protocols"),
    expect("\r\n\r\n"),
    expect("hi"),
  ],
  a: [
    expectMatch(/^GET \/ws [^]*x-hook: 1\r\n[^]*Upgrade: websocket\r\n/),
    say("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nhi"),
  ],
});
