/**
 * `npm start` with a wish that it cannot fulfil: it says what and how, and leaves nothing behind.
 */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const start = fileURLToPath(new URL("../../demo/start.ts", import.meta.url));

const cases: readonly { readonly words: readonly string[] }[] = [
  { words: ["--port", "many"] },
  { words: ["--port", "65536"] },
  { words: ["--port=-1"] },
  { words: ["--prot", "8080"] },
  { words: ["8080"] },
];

for (const { words } of cases) {
  void test(`demo: start ${words.join(" ")} shows the usage`, async () => {
    assert.deepEqual(await run(words), {
      code: 2,
      said: "Usage: npm start -- [--port N], N from 0 (any) to 65535\n",
    });
  });
}

void test("demo: start says that the port is taken", async () => {
  const other = createServer();
  other.listen(0);
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const { code, said } = await run(["--port", String(port)]);
  other.close();
  assert.equal(code, 5);
  assert.match(said, new RegExp(`^Cannot listen on port ${port}: in use`));
});

async function run(words: readonly string[]): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [start, ...words], { stdio: ["ignore", "ignore", "pipe"] });
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  return { code, said };
}
