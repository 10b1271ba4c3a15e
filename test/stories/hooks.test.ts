/**
 * Hooks in a config in TypeScript, as somebody has them who starts the program with it: they change
 * what passes, one that throws costs its own request alone, and Ctrl-C ends it all.
 */

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";

import { until, within } from "../support/within.ts";
import { ForegateProgram, writeConfig } from "./foregate-program.ts";
import { listening } from "./listening.ts";

/** Line 10 throws. */
const configTo = (port: number): string => `import { defineConfig, type Hooks } from "foregate";

const name: string = "ada";
const hooks: Hooks = {
  request(from, to) {
    to.fields.set("x-user", name);
    if (from.path === "/own") to.respond({ status: 418, body: "a teapot" });
  },
  response(from, to) {
    if (from.request.path === "/thrown") throw new Error(\`no answer for \${name}\`);
    to.fields.set("x-seen", String(from.status));
  },
};

export default defineConfig({
  listen: "127.0.0.1:0",
  workers: 1, // each writes its lines for itself: only one's are in order
  sites: { "*": { hooks, proxy: "127.0.0.1:${port}" } },
});
`;

void test("story: hooks change what passes, and one that throws is told", async (t) => {
  const seen: string[] = [];
  const upstream = createServer(({ url, headers }, response) => {
    seen.push(`${url} ${headers["x-user"] as string}`);
    response.writeHead(201).end("made");
  });
  const { port } = await listening(t, upstream);
  const file = writeConfig(t, configTo(port), "foregate.config.ts");
  const foregate = new ForegateProgram(file);
  t.after(() => foregate.stop());
  await foregate.ready();

  const made = await fetch(`${foregate.url}/made`);
  assert.deepEqual([made.status, made.headers.get("x-seen")], [201, "201"]);
  assert.equal(await made.text(), "made");

  const own = await fetch(`${foregate.url}/own`);
  assert.deepEqual([own.status, await own.text()], [418, "a teapot"]);

  const thrown = await fetch(`${foregate.url}/thrown`);
  assert.equal(thrown.status, 500);
  assert.doesNotMatch(await thrown.text(), /ada|foregate\.config/);
  await until(
    () => /the response hook of \*[^]*no answer for ada/.test(foregate.said),
    "the program tells that the hook threw",
    () => foregate.said,
  );
  assert.match(foregate.said, /foregate\.config\.ts:10:\d+/);

  const again = await fetch(`${foregate.url}/again`);
  assert.deepEqual([again.status, await again.text()], [201, "made"]);
  assert.deepEqual(seen, ["/made ada", "/thrown ada", "/again ada"]);

  foregate.signal("SIGINT");
  const ending = await within(foregate.ended, "it ends", () => foregate.said);
  assert.deepEqual(ending, { code: 0, signal: null });
  assert.deepEqual(
    foregate.log.map(({ status, failure }) => [status, failure]),
    [
      [201, undefined],
      [418, undefined],
      [500, "hook-failed"],
      [201, undefined],
    ],
  );
});
