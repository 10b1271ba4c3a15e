/**
 * Who gets in, through a real door: addresses, passwords, and that whoever is refused reaches no
 * upstream and learns nothing.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { failures } from "../../src/base/failure.ts";
import { bcrypts, scryptUnicode, scryptWithColon } from "../access/hashes.ts";
import { recorded, type Recorded } from "../support/recorded.ts";
import { valuesOf } from "../support/recorder.ts";
import { connectClient } from "../support/scripted-client.ts";
import { get, post } from "./threat-rows.ts";

const base64 = (text: string | Buffer): string => Buffer.from(text).toString("base64");
const basic = (pair: string | Buffer): string => `Authorization: Basic ${base64(pair)}\r\n`;

const users = {
  alice: scryptWithColon.hash,
  zoë: scryptUnicode.hash,
  bob: bcrypts[0]?.hash,
};
const alice = `alice:${scryptWithColon.password}`;

const guardedBy =
  (access: unknown, more: object = {}) =>
  (proxy: string): unknown => ({ ...more, sites: { "*": { access, proxy } } });

const withPasswords = guardedBy({ basic: { users, realm: 'Staff "only"' } });

interface AddressCase {
  readonly name: string;
  readonly access: unknown;
  readonly trust?: readonly string[];
  readonly lines?: string;
  readonly status: 200 | 403;
}

/** The client of these tests is 127.0.0.1. */
const addressCases: readonly AddressCase[] = [
  { name: "who is allowed", access: { allow: ["127.0.0.0/8"] }, status: 200 },
  { name: "who is not", access: { allow: ["10.0.0.0/8", "::/0"] }, status: 403 },
  { name: "who is denied", access: { deny: "127.0.0.1" }, status: 403 },
  { name: "who is not denied", access: { deny: ["127.0.0.2", "::1"] }, status: 200 },
  {
    name: "deny wins over allow",
    access: { allow: ["127.0.0.1"], deny: ["127.0.0.0/8"] },
    status: 403,
  },
  { name: "mapped into IPv6 it is the same", access: { deny: "::ffff:127.0.0.1" }, status: 403 },
  {
    name: "an untrusted proxy's word is not taken",
    access: { allow: ["10.1.2.3"] },
    lines: "X-Forwarded-For: 10.1.2.3\r\nForwarded: for=10.1.2.3\r\nX-Real-IP: 10.1.2.3\r\n",
    status: 403,
  },
  {
    name: "nor does it free from a ban",
    access: { deny: ["127.0.0.1"] },
    lines: "X-Forwarded-For: 10.1.2.3\r\n",
    status: 403,
  },
  {
    name: "the client behind a trusted proxy counts",
    access: { allow: ["10.1.2.3"] },
    trust: ["127.0.0.1"],
    lines: "X-Forwarded-For: 10.1.2.3\r\n",
    status: 200,
  },
  {
    name: "and so does its ban",
    access: { deny: ["10.1.0.0/16"] },
    trust: ["127.0.0.1"],
    lines: "X-Forwarded-For: ::ffff:10.1.2.3\r\n",
    status: 403,
  },
  {
    name: "what a client claims before a trusted proxy is not believed",
    access: { allow: ["10.1.2.3"] },
    trust: ["127.0.0.1"],
    lines: "X-Forwarded-For: 10.1.2.3, 192.0.2.1\r\n",
    status: 403,
  },
];

for (const { name, access, trust = [], lines = "", status } of addressCases) {
  void test(`access by address: ${name}`, async () => {
    await recorded({ config: guardedBy(access, { trust }) }, async ({ client, recorder }) => {
      client.say(get(lines));
      const head = await client.expect("\r\n\r\n");
      assert.ok(head.startsWith(`HTTP/1.1 ${status} `), head);
      assert.doesNotMatch(head, /WWW-Authenticate/i);
      assert.equal(recorder.requests.length, status === 200 ? 1 : 0);
    });
  });
}

interface LoginCase {
  readonly name: string;
  readonly lines: string;
  readonly status: 200 | 401;
}

const loginCases: readonly LoginCase[] = [
  { name: "a right password, with a colon in it", lines: basic(alice), status: 200 },
  { name: "the scheme in any case", lines: basic(alice).replace("Basic", "bAsIc"), status: 200 },
  { name: "names and passwords in UTF-8", lines: basic("zoë:pässwörd"), status: 200 },
  { name: "bcrypt", lines: basic("bob:correct horse: battery"), status: 200 },
  { name: "no Authorization", lines: "", status: 401 },
  { name: "a wrong password", lines: basic("alice:correct horse"), status: 401 },
  { name: "a wrong password of bcrypt", lines: basic("bob:correct horse"), status: 401 },
  { name: "an empty password", lines: basic("alice:"), status: 401 },
  { name: "somebody else's password", lines: basic("zoë:correct horse: battery"), status: 401 },
  { name: "an unknown user", lines: basic("mallory:correct horse: battery"), status: 401 },
  { name: "a name like a property of objects", lines: basic("__proto__:x"), status: 401 },
  { name: "no user", lines: basic(":correct horse: battery"), status: 401 },
  { name: "a user in another case", lines: basic(`A${alice.slice(1)}`), status: 401 },
  { name: "no colon", lines: basic("alice"), status: 401 },
  { name: "the hash for a password", lines: basic(`alice:${users.alice}`), status: 401 },
  { name: "another scheme", lines: basic(alice).replace("Basic", "Bearer"), status: 401 },
  { name: "no scheme", lines: `Authorization: ${base64(alice)}\r\n`, status: 401 },
  { name: "nothing but the scheme", lines: "Authorization: Basic\r\n", status: 401 },
  { name: "no Base64", lines: "Authorization: Basic alice:x\r\n", status: 401 },
  {
    name: "Base64 with more behind it",
    lines: basic(alice).replace("\r\n", ", realm=x\r\n"),
    status: 401,
  },
  {
    name: "Base64 with a blank in it",
    lines: `Authorization: Basic ${base64(alice).replace(/.$/, " $&")}\r\n`,
    status: 401,
  },
  { name: "Latin-1", lines: basic(Buffer.from("zoë:pässwörd", "latin1")), status: 401 },
  { name: "a NUL in the password", lines: basic(`${alice}\0`), status: 401 },
  { name: "two lines that both are right", lines: basic(alice).repeat(2), status: 401 },
  {
    name: "a look-alike of the field's name",
    lines: basic(alice).replace("Auth", "X-Auth"),
    status: 401,
  },
];

for (const { name, lines, status } of loginCases) {
  void test(`access by password: ${name}: ${status}`, async () => {
    await recorded({ config: withPasswords }, async ({ client, recorder, proxy }) => {
      client.say(get(lines));
      const head = await client.expect("\r\n\r\n");
      assert.ok(head.startsWith(`HTTP/1.1 ${status} `), head);
      const challenges = valuesOf(head.split("\r\n"), "www-authenticate");
      const wanted = 'Basic realm="Staff \\"only\\"", charset="UTF-8"';
      assert.deepEqual(challenges, status === 401 ? [wanted] : []);
      assert.equal(recorder.requests.length, status === 200 ? 1 : 0);
      assert.equal(proxy.worker.counters.failures.unauthorized, status === 401 ? 1 : 0);
    });
  });
}

void test("access: a HEAD is refused without a body, and the connection goes on", async () => {
  await recorded({ config: withPasswords }, async ({ client, recorder }) => {
    client.say(get().replace("GET", "HEAD") + get(basic(alice)));
    const head = await client.expect("\r\n\r\n");
    assert.match(head, /^HTTP\/1\.1 401 Unauthorized\r\n/);
    assert.match(head, /\r\nContent-Length: [1-9]\d*\r\n/i);
    // With a body it would be the second answer that is not where it should be.
    assert.match(await client.expect("ok"), /^HTTP\/1\.1 200 OK\r\n/);
    assert.equal(recorder.requests.length, 1);
  });
});

void test("threat 54: the body of a refused POST is no request", async () => {
  await recorded({ config: withPasswords }, async ({ client, recorder }) => {
    const smuggled = get(basic(alice), "/smuggled");
    client.say(post(`Content-Length: ${smuggled.length}\r\n`, smuggled));
    client.say(get(basic(alice), "/next"));
    await client.expect("HTTP/1.1 401 ");
    await client.expect("HTTP/1.1 200 ");
    await client.expect("ok");
    assert.deepEqual(
      recorder.requests.map(({ line }) => line),
      ["GET /next HTTP/1.1"],
    );
  });
});

void test("threat 54: an upload that is denied is not waited for", async () => {
  const config = guardedBy({ deny: ["0.0.0.0/0"] });
  await recorded({ config }, async ({ client, recorder }) => {
    client.say(post("Content-Length: 1000000000\r\nExpect: 100-continue\r\n"));
    const answer = await client.expectEnd();
    assert.match(answer, /^HTTP\/1\.1 403 Forbidden\r\n/);
    assert.doesNotMatch(answer, /100 Continue/);
    assert.equal(recorder.upstream.connections.length, 0);
  });
});

void test("access: a request behind a refused one gets its own answer", async () => {
  await recorded({ config: withPasswords }, async ({ client, recorder }) => {
    client.say(get(basic("alice:x"), "/1") + get(basic(alice), "/2") + get("", "/3"));
    const statuses = [];
    for (let at = 0; at < 3; at++) {
      const head = await client.expectMatch(/HTTP\/1\.1 \d{3} /);
      statuses.push(head.slice(-4, -1));
    }
    assert.deepEqual(statuses, ["401", "200", "401"]);
    assert.deepEqual(
      recorder.requests.map(({ line }) => line),
      ["GET /2 HTTP/1.1"],
    );
  });
});

void test("access: who is kept out is not told which paths have a route", async () => {
  const guards = [{ deny: ["127.0.0.1"] }, { basic: { users } }];
  for (const access of guards) {
    const config = (proxy: string): unknown => ({
      sites: {
        x: {
          access,
          routes: [
            { path: "/secret", proxy },
            { path: "/r", respond: "r" },
          ],
        },
      },
    });
    await recorded({ config }, async ({ client, recorder }) => {
      const answers = [];
      for (const path of ["/secret", "/r", "/nothing"]) {
        client.say(get("X-Request-Id: same\r\n", path));
        answers.push(await client.expect("}\n"));
      }
      const [first, ...others] = answers.map((answer) => answer.replace(/\r\nDate: [^\r]*/, ""));
      for (const other of others) assert.equal(other, first);
      assert.match(first ?? "", /^HTTP\/1\.1 40[13] /);
      assert.equal(recorder.requests.length, 0);
    });
  }
});

void test("access: who gets in is told that there is no route", async () => {
  const config = (proxy: string): unknown => ({
    sites: { x: { access: { allow: ["127.0.0.1"] }, routes: [{ path: "/a", proxy }] } },
  });
  await recorded({ config }, async ({ client }) => {
    client.say(get("", "/b"));
    await client.expect("HTTP/1.1 404 ");
    assert.equal(failures["no-route"].status, 404);
  });
});

interface ForwardCase {
  readonly forward: boolean | undefined;
  readonly want: readonly string[];
}

for (const { forward, want } of [
  { forward: undefined, want: [`Basic ${base64(alice)}`] },
  { forward: true, want: [`Basic ${base64(alice)}`] },
  { forward: false, want: [] },
] satisfies ForwardCase[]) {
  void test(`access: Authorization goes on: ${forward ?? "by default"}`, async () => {
    const config = guardedBy({ basic: { users, ...(forward === undefined ? {} : { forward }) } });
    await recorded({ config }, async ({ client, recorder }) => {
      // The second time the password is remembered.
      for (let at = 0; at < 2; at++) {
        client.say(get(basic(alice)));
        await client.expect("ok");
        assert.deepEqual(valuesOf(recorder.last.fields, "authorization"), want);
      }
    });
  });
}

void test("access: the nearest place decides, key by key", async () => {
  const config = (proxy: string): unknown => ({
    defaults: { access: { deny: ["127.0.0.1"], basic: { users } } },
    sites: {
      x: {
        access: { deny: "off" },
        routes: [
          { path: "/both", access: { allow: ["10.0.0.0/8"] }, proxy },
          { path: "/open", access: "off", proxy },
          { path: "/*", proxy },
        ],
      },
      y: proxy,
    },
  });
  await recorded({ config }, async ({ client }) => {
    const asked = [
      [get("", "/both"), 403],
      [get("", "/open"), 200],
      [get("", "/"), 401],
      [get(basic(alice), "/"), 200],
      [get(basic(alice)).replace("Host: x", "Host: y"), 403],
    ] as const;
    for (const [request, status] of asked) {
      client.say(request);
      await client.expect(`HTTP/1.1 ${status} `);
      await client.expect(status === 200 ? "ok" : "}\n");
    }
  });
});

void test("access: a client that leaves meanwhile leaves nothing behind", async () => {
  await recorded({ config: withPasswords }, async ({ client, proxy, recorder }) => {
    client.say(get(basic("bob:x")));
    client.cut();
    await proxy.settled();
    assert.equal(recorder.requests.length, 0);
  });
});

void test("access: a flood of wrong passwords does not hold up who needs none", async () => {
  const costly = scryptWithColon.hash.replace("ln=10", "ln=12");
  const config = (proxy: string): unknown => ({
    sites: { x: { access: { basic: { users: { alice: costly } } }, proxy }, y: proxy },
  });
  await recorded({ config }, async (parties) => {
    const flood = await Promise.all(Array.from({ length: 50 }, () => wrongLogin(parties)));
    parties.client.say(get().replace("Host: x", "Host: y"));
    await parties.client.expect("ok");
    const answered = flood.filter(({ received }) => received !== "").length;
    assert.ok(answered < flood.length, "the other request did not wait for all of them");
    for (const client of flood) {
      await client.expect("HTTP/1.1 401 ");
      client.close();
    }
    assert.equal(parties.recorder.requests.length, 1);
  });
});

async function wrongLogin({ proxy }: Recorded): Promise<Awaited<ReturnType<typeof connectClient>>> {
  const client = await connectClient(proxy.port);
  client.say(get(basic("alice:wrong")));
  return client;
}
