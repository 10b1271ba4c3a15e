/**
 * Large cookies: applications that keep a session in them reach 16 KB, which is what Foregate takes
 * in one field. What is larger is refused in a way that tells whose limit it is.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { curl } from "./command.ts";
import { startDemoSite } from "./demo-site.ts";

const kilobyte = 1024;

/** As a field: curl's own cookies end at 8 KB. */
const cookieOf = (bytes: number): string => `session=${"c".repeat(bytes - "session=".length)}`;

void test("story: a cookie of 16 KB reaches the upstream", async (t) => {
  const { url } = await startDemoSite(t);
  const cookie = cookieOf(16 * kilobyte);
  const words = ["--header", `Cookie: ${cookie}`, "--header", "Accept: application/json"];
  const { out } = await curl(...words, `${url}/headers`);
  const { fields = [] } = JSON.parse(out) as {
    readonly fields?: readonly { readonly name: string; readonly value: string }[];
  };
  const cookies = fields.filter(({ name }) => name.toLowerCase() === "cookie");
  assert.deepEqual(
    cookies.map(({ value }) => value),
    [cookie],
  );
});

void test("story: a cookie of 17 KB is refused, with the reason", async (t) => {
  const { url, foregate } = await startDemoSite(t);
  const cookie = `Cookie: ${cookieOf(17 * kilobyte)}`;
  const { code, out } = await curl("--include", "--header", cookie, `${url}/headers`);
  assert.equal(code, 0, "the answer arrives, although not all of the request was read");
  assert.match(out, /^HTTP\/1\.1 431 Request Header Fields Too Large\r\n/);
  assert.match(out, /^proxy-status: foregate; error=/im);
  assert.match(out, /^x-request-id: /im);
  // Whatever it accepts: a head that could not be read to its end says nothing about that.
  assert.match(out, /"detail":"The request's fields are larger than is allowed\."/);
  const { failure } = await foregate.logLine(({ status }) => status === 431);
  assert.equal(failure, "fields-too-large");
});
