/**
 * `npm run peers`: ordinary requests through Foregate, nginx, HAProxy and Caddy, and every
 * difference with its explanation. With `--write` it makes docs/peers.md anew.
 */

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { ensureDebian } from "../../tools/debian.ts";
import { allDifferences, type Difference } from "./differences.ts";
import type { Explanation } from "./explanation.ts";
import { explain, type Explained } from "./explanations.ts";
import { writePage } from "./page.ts";
import { askPeers, installedPeers, type PeerName, peerNames, versionOf } from "./peers.ts";
import type { PeerRequest } from "./peer-request.ts";
import { peerRequests } from "./requests.ts";
import { showDifference } from "./show-difference.ts";

const page = fileURLToPath(new URL("../../docs/peers.md", import.meta.url));

const usage = `Usage: npm run peers -- [REQUEST…] [--write]

REQUEST   names of requests, of which everything that differs is shown
--write   makes docs/peers.md anew`;

async function main(words: readonly string[]): Promise<number> {
  const wish = readWish(words);
  if (wish === undefined) return say(usage, 2);
  const missing = ensureDebian(peerNames);
  for (const name of missing)
    say(`left out: ${name} is not installed (apt-get install ${name})`, 0);
  const peers = installedPeers();
  if (peers.length === 0) return say("Cannot compare: there is no peer on this machine", 1);
  if (wish.writes && peers.length < peerNames.length) {
    return say("Cannot write docs/peers.md: it takes all peers", 1);
  }
  const outcomes = await askPeers(wish.requests, peers);
  const explained = explain(allDifferences(wish.requests, outcomes));
  report(explained, wish.requests.length < peerRequests.length);
  if (explained.unexplained.length > 0) return 1;
  if (wish.writes) {
    const versions = { nginx: "", haproxy: "", caddy: "" } satisfies Record<PeerName, string>;
    for (const name of peers) versions[name] = versionOf(name);
    const requestsCount = wish.requests.length;
    writeFileSync(page, writePage({ explained, requestsCount, versions }));
  }
  return 0;
}

interface Wish {
  readonly requests: readonly PeerRequest[];
  readonly writes: boolean;
}

function readWish(words: readonly string[]): Wish | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: { write: { type: "boolean" } },
    });
    const requests = peerRequests.filter(({ name }) => positionals.includes(name));
    const writes = values.write === true;
    if (requests.length !== positionals.length || (writes && requests.length > 0)) return undefined;
    return { requests: requests.length === 0 ? peerRequests : requests, writes };
  } catch {
    return undefined;
  }
}

function report({ covered, unexplained }: Explained, showsAll: boolean): void {
  for (const [explanation, differences] of covered) {
    if (differences.length === 0) continue;
    console.log(`\n${explanation.title}: ${counts(differences)}`);
    const shown = showsAll ? differences : differences.slice(0, 1);
    for (const each of shown) console.log(`  ${showDifference(each)}`);
  }
  const unused = [...covered].filter(([, differences]) => differences.length === 0);
  if (!showsAll) reportUnused(unused.map(([explanation]) => explanation));
  if (unexplained.length === 0) return;
  console.log(`\nWithout an explanation: ${unexplained.length}`);
  for (const each of unexplained) console.log(`  ${showDifference(each)}`);
}

/** A row that covers nothing any more is to be deleted, or these peers have other versions. */
function reportUnused(unused: readonly Explanation[]): void {
  if (unused.length === 0) return;
  console.log(`\nExplained, and not seen: ${unused.map(({ title }) => title).join("; ")}`);
}

function counts(differences: readonly Difference[]): string {
  return peerNames
    .map((name) => [name, differences.filter(({ peer }) => peer === name).length] as const)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
}

function say(text: string, exitCode: number): number {
  process.stderr.write(`${text}\n`);
  return exitCode;
}

process.exitCode = await main(process.argv.slice(2));
