/**
 * The experiment of docs/spoon-feeding.md, small, in a network namespace that somebody made:
 * `node spoon-experiment.ts foregate|http-proxy|stalled`. Prints what both sides saw; `stalled` is
 * Foregate with 1,000 clients that stop reading.
 */

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** Nobody else is in the namespace. */
const [proxyPort, upstreamPort, metricsPort] = [7_001, 7_000, 7_002];
const clientCount = 20;
const bytesPerSecond = 200_000;
const secondsMax = 15;
const stalledCount = 1_000;
const memoryMebibytes = 32;
const folder = mkdtempSync(join(tmpdir(), "foregate-spoon-"));

function start(script: string, ...args: readonly (string | number)[]): ChildProcess {
  const file = fileURLToPath(new URL(`../../${script}`, import.meta.url));
  const stdio = ["ignore", "pipe", "inherit"] as const;
  return spawn(process.execPath, [file, ...args.map(String)], { stdio: [...stdio] });
}

async function listening(port: number): Promise<void> {
  for (let look = 0; look < 200; look++) {
    const socket = connect({ port, host: "127.0.0.1" });
    const isThere = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isThere) return;
    await sleep(50);
  }
  throw new Error(`nobody listens on port ${port}`);
}

async function lastLineOf(child: ChildProcess): Promise<unknown> {
  const said = await text(child.stdout!);
  return JSON.parse(said.trim().split("\n").at(-1) ?? "");
}

/** The program as a user starts it. */
function startForegate(): ChildProcess {
  const file = join(folder, "foregate.yaml");
  const lines = [
    `listen: "127.0.0.1:${proxyPort}"`,
    `metrics: "127.0.0.1:${metricsPort}"`,
    "logs: { access: off }",
    `buffer: { memory: "${memoryMebibytes}MiB" }`,
    `sites: { "*": "127.0.0.1:${upstreamPort}" }`,
  ];
  writeFileSync(file, `${lines.join("\n")}\n`);
  return start("src/main.ts", "run", "-c", file);
}

/** 20 clients read slowly, to the end. */
async function feed(): Promise<void> {
  const words = [proxyPort, clientCount, bytesPerSecond, secondsMax, "page"];
  const clients = await lastLineOf(start("bench/spoon-clients.ts", ...words));
  upstream.kill("SIGTERM");
  console.log(JSON.stringify({ clients, upstream: await upstreamStory }));
}

/** 1,000 clients take the first bytes and no more. */
async function stall(): Promise<void> {
  const clients = start("bench/spoon-clients.ts", proxyPort, stalledCount, 0, 60, "short");
  await once(clients.stdout!, "data");
  const small = await (await fetch(`http://127.0.0.1:${proxyPort}/small/1`)).text();
  // Pages that were made a moment ago are still on their way.
  await sleep(1_000);
  const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  clients.kill("SIGKILL");
  upstream.kill("SIGTERM");
  const numbers = Array.from(metrics.matchAll(/^(\w+) ([\d.]+)$/gm), ([, name, value]) => [
    name,
    Number(value),
  ]);
  const story = { small, metrics: Object.fromEntries(numbers), upstream: await upstreamStory };
  console.log(JSON.stringify(story));
}

const [what] = process.argv.slice(2);
const upstream = start("bench/spoon-upstream.ts", upstreamPort);
const upstreamStory = lastLineOf(upstream);
const proxy =
  what === "http-proxy"
    ? start("bench/http-proxy-server.ts", proxyPort, upstreamPort, upstreamPort)
    : startForegate();
try {
  await listening(upstreamPort);
  await listening(proxyPort);
  await (what === "stalled" ? stall() : feed());
} finally {
  proxy.kill("SIGKILL");
  upstream.kill("SIGKILL");
  rmSync(folder, { recursive: true });
}
