/** Threats by the access log (K of the list): what a client sends must stay inside its line. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { scryptWithColon } from "../access/hashes.ts";
import { linesLogged, type LoggedOptions } from "../support/logged.ts";

async function jsonOf(wire: string, options?: LoggedOptions): Promise<Record<string, unknown>[]> {
  const lines = await linesLogged(wire, options);
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

void test("threat 170: what a request brings stays inside its line", async () => {
  const target = `/"},{"evil":"%0a\\n<script>`;
  const [line, ...others] = await jsonOf(
    `GET ${target} HTTP/1.1\r\nHost: x\r\nX-Request-Id: \x80"\r\n\r\n`,
  );
  assert.deepEqual(others, []);
  assert.equal(line?.["target"], target);
  assert.equal(line["status"], 200);
  assert.equal(line["evil"], undefined);
});

/** Each secret, and what stands in the log for it. */
const withSecrets =
  "GET /cb?code=sesame&%74oken=sesame&a=1 HTTP/1.1\r\nHost: x\r\n" +
  "Authorization: Bearer sesame\r\nCookie: id=sesame\r\nX-Api-Key: sesame\r\n" +
  "Referer: https://me:sesame@a.example/?password=sesame&b=2#access_token=sesame\r\n" +
  "User-Agent: agent\x80\tsmith\r\nX-Pin: sesame\r\nX-Tenant: blue\r\n" +
  "X-Url: /?ticket=sesame\r\n\r\n";

for (const format of ["json", "logfmt", "combined", "pretty"] as const) {
  void test(`threat 170: secrets are not in it (${format})`, async () => {
    const hasFields = format !== "combined";
    const fields = ["x-tenant", "x-pin", "x-api-key", "x-url", "cookie", "authorization", "x-none"];
    const access = { format, redact: ["x-pin"], ...(hasFields ? { fields } : {}) };
    const [line = "", ...others] = await linesLogged(withSecrets, { access });
    assert.deepEqual(others, []);
    assert.match(line, /^[\x20-\x7e]+$/);
    assert.doesNotMatch(line, /sesame/);
    assert.ok(line.includes("/cb?code=***&%74oken=***&a=1"), line);
    if (format !== "pretty") {
      assert.ok(line.includes("https://***@a.example/?password=***&b=2#access_token=***"), line);
      assert.match(line, /agent(?:\\x80\\x09|\\u0080\\t)smith/);
    }
    if (hasFields) assert.match(line, /blue/);
  });
}

void test("threat 170: fields are named, and masked where they are secrets", async () => {
  const fields = ["x-tenant", "x-pin", "x-url", "cookie", "x-none"];
  const [line = ""] = await linesLogged(withSecrets, { access: { fields, redact: ["x-pin"] } });
  assert.deepEqual(JSON.parse(line).fields, {
    "x-tenant": "blue",
    "x-pin": "***",
    "x-url": "/?ticket=***",
    cookie: "***",
  });
});

void test("threat 170: a user is in it whose password was right, and no password", async () => {
  const { password, hash } = scryptWithColon;
  const name = 'zoë","\\';
  const site = (proxy: string): unknown => ({
    access: { basic: { users: { [name]: hash } } },
    proxy,
  });
  const ask = (pair: string): string => {
    const encoded = Buffer.from(pair).toString("base64");
    return `GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Basic ${encoded}\r\n\r\n`;
  };
  const wire = ask(`${name}:${password}`) + ask(`${name}:correct`) + ask(`mallory:${password}`);
  const lines = await jsonOf(wire, { answers: 3, site });
  assert.deepEqual(
    lines.map(({ status, user, failure }) => ({ status, user, failure })),
    [
      { status: 200, user: name, failure: undefined },
      { status: 401, user: undefined, failure: "unauthorized" },
      { status: 401, user: undefined, failure: "unauthorized" },
    ],
  );
  assert.doesNotMatch(JSON.stringify(lines), /mallory|correct|Basic/);
});

void test("threat 170: a request that cannot be read is in it, with its reason", async () => {
  const lines = await jsonOf("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET \x1b[2J HTTP/1.1\r\n\r\n", {
    answers: 2,
  });
  const failed = lines.find(({ status }) => status === 400);
  assert.equal(lines.length, 2);
  assert.equal(failed?.["failure"], "bad-request");
  assert.equal(failed["failed_by"], "client");
});
