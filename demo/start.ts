/**
 * `npm start`: a small demo site on a free port, and Foregate in front of it, as a process of its
 * own that runs from a config file, like anywhere else.
 *
 *   browser ──▶ Foregate :8080 ──▶ demo upstream 127.0.0.1:any
 *
 * Ctrl-C ends both, Foregate first, so that what is under way can still come to its end.
 */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { banner } from "./banner.ts";
import { ForegateProcess } from "./foregate-process.ts";
import { bind, firstFreePort } from "./free-port.ts";
import { startDemoUpstream, type DemoUpstream } from "./upstream.ts";

const usualPort = 8080;

/** How long Foregate may take until it answers; a slow machine, cold, needs some seconds. */
const readyMs = 15_000;

/** After a signal, how long clocks and echoes may go on: they never end by themselves. */
const cutMs = 2_500;

/** And how long Foregate may take with all of it. */
const killMs = 10_000;

/**
 * One Ctrl-C may come twice, from the terminal and again through npm. Only a signal this much later
 * is a second one, and means "now".
 */
const sameSignalMs = 500;

const stopSignals: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

const usage = "Usage: npm start -- [--port N], N from 0 (any) to 65535";

/** Exit codes are Foregate's own: 2 for wrong usage, 5 for a port that cannot be had. */
async function main(words: readonly string[]): Promise<number> {
  const wish = readPort(words);
  if (wish === "unreadable") return say(usage, 2);
  const port = await (wish === "usual" ? firstFreePort(usualPort) : bind(wish));
  if (port === undefined) {
    const which = wish === "usual" ? `any port from ${usualPort} on` : `port ${wish}`;
    return say(`Cannot listen on ${which}: in use, or not allowed. ${usage}`, 5);
  }
  const upstream = await startDemoUpstream();
  const folder = await mkdtemp(join(tmpdir(), "foregate-demo-"));
  try {
    const configFile = join(folder, "foregate.yaml");
    await writeFile(configFile, configText(port, upstream.port));
    return await present(new ForegateProcess(configFile), port, upstream);
  } finally {
    await upstream.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function readPort(words: readonly string[]): number | "usual" | "unreadable" {
  try {
    const { values } = parseArgs({ args: [...words], options: { port: { type: "string" } } });
    if (values.port === undefined) return "usual";
    const port = Number(values.port);
    return /^\d{1,5}$/.test(values.port) && port <= 65_535 ? port : "unreadable";
  } catch {
    return "unreadable";
  }
}

function configText(port: number, upstreamPort: number): string {
  return `# Written by the demo, and removed when it ends.
listen: ${port}
sites:
  "*":
    routes:
      - { path: /app/*, strip: /app, proxy: "127.0.0.1:${upstreamPort}" }
      - { proxy: "127.0.0.1:${upstreamPort}" }
`;
}

/** Until Foregate has ended, by itself or because we were asked to; returns the exit code. */
async function present(
  foregate: ForegateProcess,
  port: number,
  upstream: DemoUpstream,
): Promise<number> {
  const stop = stopOnSignal(foregate, upstream);
  const ready = await foregate.answers(port, readyMs);
  if (ready && !stop.asked) process.stderr.write(banner(port));
  if (!ready && !stop.asked && foregate.running) {
    say(`Foregate does not answer on port ${port} after ${readyMs} ms`, 1);
    foregate.signal("SIGKILL");
  }
  const code = await foregate.ended;
  stop.forget();
  // Asked while it was still starting, it had nothing to drain, and the signal itself ended it.
  if (stop.asked && (code === 0 || !ready)) return 0;
  if (code === undefined) return say("Foregate was ended by a signal", 1);
  // Its own message stands above: it writes to the same terminal.
  return say(`Foregate ended with exit code ${code}`, code);
}

interface Stop {
  readonly asked: boolean;
  readonly forget: () => void;
}

/** The first signal asks Foregate to drain, a second one to stop at once. */
function stopOnSignal(foregate: ForegateProcess, upstream: DemoUpstream): Stop {
  const timers: NodeJS.Timeout[] = [];
  let askedMs: number | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    const nowMs = performance.now();
    if (askedMs !== undefined && nowMs - askedMs < sameSignalMs) return;
    // To Foregate SIGHUP means "reload"; to us it means that the terminal is gone.
    foregate.signal(signal === "SIGHUP" ? "SIGTERM" : signal);
    if (askedMs === undefined) {
      timers.push(setTimeout(() => void upstream.close(), cutMs));
      timers.push(setTimeout(() => foregate.signal("SIGKILL"), killMs));
    }
    askedMs ??= nowMs;
  };
  for (const signal of stopSignals) process.on(signal, onSignal);
  return {
    get asked() {
      return askedMs !== undefined;
    },
    forget: () => {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

function say(text: string, exitCode: number): number {
  process.stderr.write(`${text}\n`);
  return exitCode;
}

process.exitCode = await main(process.argv.slice(2));
