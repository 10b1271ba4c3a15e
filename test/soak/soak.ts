/**
 * The soak: mixed load for a long time, with aborts on both sides, and then a look at what is left.
 *
 *   npm run soak                    10 minutes
 *   npm run soak -- --ci            one minute
 *   npm run soak -- --minutes 120   or `--seconds 20`, `--clients 40`, `--seed 1`
 *   npm run soak -- --crew          two workers on threads, one of which dies now and then
 */

import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { runClients, type Visits } from "./soak-clients.ts";
import {
  leftoverChecks,
  memoryChecks,
  residentCheck,
  table,
  type Ask,
  type Check,
  type Sample,
  type Told,
} from "./soak-report.ts";
import { portOf, startSoakUpstream } from "./soak-upstream.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    seconds: { type: "string" },
    ci: { type: "boolean", default: false },
    crew: { type: "boolean", default: false },
    clients: { type: "string", default: "40" },
    seed: { type: "string", default: "1" },
  },
});

/** How many times memory is looked at; the table shows a tenth of them. */
const samplesCount = 200;

/** Idle connections to the upstream are closed after 4 s, lingering ones after 2. */
const settleMs = 7_000;

const seconds = Number(values.seconds ?? (values.ci ? 60 : 60 * Number(values.minutes)));
const random = randomFrom(Number(values.seed));
const upstream = await startSoakUpstream(random);
const child = fork(
  fileURLToPath(new URL(values.crew ? "soak-crew.ts" : "soak-worker.ts", import.meta.url)),
  [String(portOf(upstream))],
  { execArgv: ["--expose-gc"] },
);

try {
  process.exitCode = await soak();
} finally {
  child.kill();
  upstream.close();
  upstream.closeAllConnections();
}

async function soak(): Promise<number> {
  const { port } = await nextTold(child, "ready");
  const endMs = performance.now() + seconds * 1_000;
  const isOver = (): boolean => performance.now() >= endMs || child.exitCode !== null;
  const sampling = sampleUntil(isOver);
  const visits = await runClients(Number(values.clients), port, random, isOver);
  const samples = await sampling;
  await wait(settleMs);
  ask("leftovers");
  const { leftovers, texts } = await nextTold(child, "leftovers");
  const checks = [
    ...visitChecks(visits),
    ...(values.crew ? [residentCheck(samples)] : memoryChecks(samples)),
    ...leftoverChecks(leftovers),
    await stopCheck(),
  ];
  report(visits, samples, checks, texts);
  return checks.every(({ isPassed }) => isPassed) ? 0 : 1;
}

async function sampleUntil(isOver: () => boolean): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  const everyMs = (seconds * 1_000) / samplesCount;
  while (!isOver()) {
    await wait(everyMs);
    ask("sample");
    samples.push((await nextTold(child, "sample")).sample);
  }
  return samples;
}

function visitChecks({ doneCount, wrong }: Visits): readonly Check[] {
  const seen = wrong.length === 0 ? "0" : `${wrong.length}: ${wrong.slice(0, 5).join("; ")}`;
  return [
    { name: "answers come", isPassed: doneCount > seconds, seen: String(doneCount) },
    { name: "none is wrong or late", isPassed: wrong.length === 0, seen },
  ];
}

/** With nothing left to do, a stop ends the process by itself. */
async function stopCheck(): Promise<Check> {
  ask("stop");
  const exited = once(child, "exit");
  const code: unknown = await Promise.race([exited.then(([first]) => first), wait(5_000)]);
  return { name: "a stop ends the process", isPassed: code === 0, seen: String(code) };
}

function report(
  { doneCount, abortedCount, broken }: Visits,
  samples: readonly Sample[],
  checks: readonly Check[],
  texts: readonly string[],
): void {
  const step = Math.max(1, Math.floor(samples.length / 20));
  console.log(table(samples.filter((_, at) => at % step === 0)));
  console.log(`\n${doneCount} visits done, ${abortedCount} aborted; broken off by upstreams:`);
  for (const [name, count] of broken) console.log(`${String(count).padStart(6)} ${name}`);
  console.log();
  for (const { name, isPassed, seen } of checks) {
    console.log(`${isPassed ? "passed" : "FAILED"}  ${name}: ${seen}`);
  }
  for (const text of texts.slice(0, 10)) console.log(text);
  const passed = checks.filter(({ isPassed }) => isPassed).length;
  console.log(`\n${passed} passed, ${checks.length - passed} failed`);
}

function ask(what: Ask): void {
  if (child.connected) child.send(what);
}

async function nextTold<Type extends Told["type"]>(
  from: ChildProcess,
  type: Type,
): Promise<Extract<Told, { type: Type }>> {
  const signal = AbortSignal.timeout(30_000);
  for (;;) {
    const [told]: Told[] = await once(from, "message", { signal });
    if (told?.type === type) return told as Extract<Told, { type: Type }>;
  }
}

/** Chance from a seed (mulberry32), so that a soak can be had again. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
