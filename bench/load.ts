/**
 * Load by wrk: one thread on the core of the load, a fixed number of connections, the next request
 * as soon as the last is answered or after a pause. Its report is replaced by exact numbers in one
 * line of JSON.
 */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Processes } from "./processes.ts";
import { programFile } from "./programs.ts";
import { loadCore } from "./upstream.ts";

export interface Load {
  /** Of its script; loads that run side by side have names of their own. */
  readonly name?: string;
  readonly port: number;
  readonly path: string;
  readonly connections: number;
  readonly seconds: number;
  /** POST a body of so many bytes; 0 for a GET. */
  readonly postBytes: number;
  /** Every request on a connection of its own. */
  readonly closes: boolean;
  /** Mean pause of a connection before its next request, drawn evenly from 0 to twice as long. */
  readonly thinkMs?: number;
  /** Words before the command: how to enter a network namespace. */
  readonly prefix?: readonly string[];
}

export interface LoadResult {
  readonly requests: number;
  /** Received by wrk, heads included. */
  readonly bytes: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Connections that broke, answers that are not 2xx, and what took over ten seconds. */
  readonly errors: number;
}

/** wrk waits for its connections to end; far more than it ever took. */
const extraSecondsMax = 30;

export async function runLoad(processes: Processes, load: Load): Promise<LoadResult> {
  const script = join(processes.folder, `${load.name ?? "load"}.lua`);
  writeFileSync(script, scriptFor(load));
  const close = load.closes ? ["-H", "Connection: close"] : [];
  const shape = ["-t1", `-c${load.connections}`, `-d${load.seconds}s`, "--timeout", "10s"];
  const output = await processes.run({
    name: "wrk",
    program: programFile("wrk"),
    args: [...shape, ...close, "-s", script, `http://127.0.0.1:${load.port}${load.path}`],
    core: loadCore,
    secondsMax: load.seconds + extraSecondsMax,
    prefix: load.prefix ?? [],
  });
  return readResult(output);
}

/** `done` alone costs wrk nothing per request: the request is made once, before the load. */
function scriptFor(load: Load): string {
  const post = `wrk.method = "POST"\nwrk.body = string.rep("x", ${load.postBytes})\n`;
  const think = Math.round((load.thinkMs ?? 0) * 2);
  const delay = `delay = function() return math.random(0, ${think}) end\n`;
  return `${load.postBytes > 0 ? post : ""}${think > 0 ? delay : ""}
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format(
    '\\n{"requests":%d,"bytes":%d,"seconds":%f,"p50Ms":%f,"p99Ms":%f,"errors":%d}\\n',
    summary.requests, summary.bytes, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    e.connect + e.read + e.write + e.status + e.timeout))
end
`;
}

function readResult(output: string): LoadResult {
  const line = output.split("\n").find((each) => each.startsWith("{"));
  if (line === undefined) throw new Error(`Cannot read the result of wrk: ${output}`);
  return JSON.parse(line) as LoadResult;
}
