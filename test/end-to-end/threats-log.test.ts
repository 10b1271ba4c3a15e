/** Threats by the access log (K of the list): what a client sends must stay inside its line. */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { scryptWithColon } from "../access/hashes.ts";
import { recorded } from "../support/recorded.ts";

/** The lines of the log of what a client says on one connection, read as JSON. */
async function linesOf(
  wire: string,
  answers: number,
  config?: (to: string) => unknown,
): Promise<Record<string, unknown>[]> {
  const folder = mkdtempSync(join(tmpdir(), "foregate-test-"));
  const file = join(folder, "access.log");
  try {
    await recorded({ accessLogFile: file, config }, async ({ client, proxy }) => {
      client.say(wire);
      for (let at = 0; at < answers; at++) await client.expect("HTTP/1.1 ");
      await proxy.settled();
    });
    const text = readFileSync(file, "utf8");
    assert.ok(text.endsWith("\n"));
    return text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

void test("threat 170: what a request brings stays inside its line", async () => {
  const target = `/"},{"evil":"%0a\\n<script>`;
  const [line, ...others] = await linesOf(
    `GET ${target} HTTP/1.1\r\nHost: x\r\nX-Request-Id: \x80"\r\n\r\n`,
    1,
  );
  assert.deepEqual(others, []);
  assert.equal(line?.["target"], target);
  assert.equal(line["status"], 200);
  assert.equal(line["evil"], undefined);
});

void test("threat 170: secrets are not in it", async () => {
  const [line] = await linesOf(
    "GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sesame\r\nCookie: id=sesame\r\n\r\n",
    1,
  );
  assert.doesNotMatch(JSON.stringify(line), /sesame/);
});

void test("threat 170: a user is in it whose password was right, and no password", async () => {
  const { password, hash } = scryptWithColon;
  const name = 'zoë","\\';
  const config = (proxy: string): unknown => ({
    sites: { "*": { access: { basic: { users: { [name]: hash } } }, proxy } },
  });
  const ask = (pair: string): string => {
    const encoded = Buffer.from(pair).toString("base64");
    return `GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Basic ${encoded}\r\n\r\n`;
  };
  const wire = ask(`${name}:${password}`) + ask(`${name}:correct`) + ask(`mallory:${password}`);
  const lines = await linesOf(wire, 3, config);
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
  const lines = await linesOf("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET \x1b[2J HTTP/1.1\r\n\r\n", 2);
  const failed = lines.find(({ status }) => status === 400);
  assert.equal(lines.length, 2);
  assert.equal(failed?.["failure"], "bad-request");
});
