/**
 * Whether buffering makes anybody wait: the time to the first byte of a page whose first kilobyte
 * is made at once and whose rest takes 20 ms, through proxies that buffer and through Foregate that
 * does not, in turn, request by request.
 */

import { freePort, type Processes, type RunningProcess } from "./processes.ts";
import { startProxies, type ProxyName } from "./proxies.ts";
import { spreadOf, type Spread } from "./spread.ts";
import type { FirstByteStory } from "./spoon-page.ts";
import { scriptOf, storyOf } from "./scripts.ts";
import { loadCore, runSecondsMax } from "./upstream.ts";

export interface FirstByteResult {
  /** A proxy, and how it buffers if not as it does by default. */
  readonly name: string;
  /** From a request, in ms. */
  readonly firstByte: Spread;
  readonly lastByte: Spread;
}

/** Of each; the first ones warm it up. */
const askedCount = 400;
const warmUpCount = 100;

const bufferOff = "defaults: { buffer: off }";

export async function measureFirstByte(
  processes: Processes,
  names: readonly ProxyName[],
): Promise<readonly FirstByteResult[]> {
  const upstream = await startSpoonUpstream(processes, []);
  const setup = { upstreamPort: upstream.port, hasAccessLog: false, buffersBodies: true };
  const proxies = await startProxies(processes, names, setup);
  const hasForegate = names.includes("foregate");
  const plain = hasForegate ? { ...setup, foregateLines: bufferOff } : undefined;
  const others = plain === undefined ? [] : await startProxies(processes, ["foregate"], plain);
  const asked = [
    { name: "(none)", port: upstream.port },
    ...proxies,
    ...others.map(({ port }) => ({ name: "foregate, buffer: off", port })),
  ];
  const said = await processes.run({
    name: "first-byte-client",
    ...scriptOf("first-byte-client.ts", [askedCount, ...asked.map(({ port }) => port)]),
    core: loadCore,
    secondsMax: runSecondsMax,
  });
  const stories = storyOf<readonly FirstByteStory[]>(said);
  for (const { process: started } of [...proxies, ...others, upstream]) await started.stop();
  return asked.map(({ name }, at) => ({
    name,
    firstByte: spreadOf(stories[at]?.firstMs.slice(warmUpCount) ?? []),
    lastByte: spreadOf(stories[at]?.lastMs.slice(warmUpCount) ?? []),
  }));
}

/** The upstream of the spoon experiment. */
export async function startSpoonUpstream(
  processes: Processes,
  prefix: readonly string[],
): Promise<{ readonly port: number; readonly process: RunningProcess }> {
  const port = await freePort();
  const started = processes.start({
    name: "spoon-upstream",
    ...scriptOf("spoon-upstream.ts", [port]),
    core: loadCore,
    secondsMax: runSecondsMax,
    prefix,
  });
  await started.listening(port);
  return { port, process: started };
}
