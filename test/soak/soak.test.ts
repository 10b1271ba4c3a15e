/**
 * A short soak: what leaks at every visit is seen at every change. The long ones find the rest.
 */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

void test("soak: nothing stays behind after 20 s of mixed load", async () => {
  const program = fileURLToPath(new URL("soak.ts", import.meta.url));
  const child = spawn(process.execPath, [program, "--seconds", "20", "--clients", "30"]);
  const output: Buffer[] = [];
  child.stdout.on("data", (bytes: Buffer) => output.push(bytes));
  child.stderr.on("data", (bytes: Buffer) => output.push(bytes));
  const [code] = await once(child, "close");
  assert.equal(code, 0, Buffer.concat(output).toString());
});
