/**
 * Bodies that come while a password is compared: they wait, whole and in order, and whoever is
 * refused then has sent them for nothing.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { scryptWithColon } from "../access/hashes.ts";
import { recorded } from "../support/recorded.ts";
import { get, post } from "./threat-rows.ts";

const login = (password: string): string =>
  `Authorization: Basic ${Buffer.from(`alice:${password}`).toString("base64")}\r\n`;

const config = (proxy: string): unknown => ({
  sites: { "*": { access: { basic: { users: { alice: scryptWithColon.hash } } }, proxy } },
});

const text = Array.from({ length: 40_000 }, (_, at) => `${at},`).join("");
const chunks = text.match(/[^]{1,5000}/g) ?? [];
const framed = chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`);
const chunked = `${framed.join("")}0\r\n\r\n`;

interface Case {
  readonly name: string;
  readonly lines: string;
  readonly body: string;
}

const cases: readonly Case[] = [
  { name: "a short body", lines: "Content-Length: 5\r\n", body: "hello" },
  { name: "a long body", lines: `Content-Length: ${text.length}\r\n`, body: text },
  { name: "a long body in chunks", lines: "Transfer-Encoding: chunked\r\n", body: chunked },
];

for (const { name, lines, body } of cases) {
  void test(`access: ${name} waits for the password`, async () => {
    await recorded({ config }, async ({ client, recorder }) => {
      client.say(post(login(scryptWithColon.password) + lines, body) + get("", "/next"));
      await client.expect("HTTP/1.1 200 ");
      await client.expect("ok");
      await client.expect("HTTP/1.1 401 ");
      const got = recorder.last.rawBody.replace(/\r\n[0-9a-f]+\r\n|^[0-9a-f]+\r\n/g, "");
      assert.equal(got.length, name.endsWith("chunks") ? text.length + 2 : body.length);
      assert.ok(got.startsWith(body === chunked ? text : body));
    });
  });

  void test(`access: ${name} behind a wrong password goes nowhere`, async () => {
    await recorded({ config }, async ({ client, recorder }) => {
      client.say(post(login("wrong") + lines, body));
      await client.expect("HTTP/1.1 401 ");
      await client.expect("}\n");
      if (body.length < 256 * 1024) {
        client.say(get(login(scryptWithColon.password)));
        await client.expect("HTTP/1.1 200 ");
        assert.equal(recorder.requests.length, 1);
        assert.match(recorder.last.line, /^GET /);
      }
    });
  });
}

void test("access: a body that is too long is refused after the password, not before", async () => {
  const limited = (proxy: string): unknown => ({
    defaults: { limits: { body: "4B" } },
    ...(config(proxy) as object),
  });
  await recorded({ config: limited }, async ({ client, recorder }) => {
    for (const [password, status] of [
      ["wrong", 401],
      [scryptWithColon.password, 413],
    ] as const) {
      client.say(post(`${login(password)}Content-Length: 5\r\n`, "hello"));
      await client.expect(`HTTP/1.1 ${status} `);
      await client.expect("}\n");
    }
    assert.equal(recorder.requests.length, 0);
  });
});
