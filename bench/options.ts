/**
 * The words of `npm run bench`, read into what is to be done.
 */

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { proxyNames, type ProxyName } from "./proxies.ts";
import { loadModes, type LoadMode, type Rounds } from "./rounds.ts";

export type Mode = LoadMode | "memory" | "latency" | "start" | "spoon" | "workers";

export interface Options extends Rounds {
  readonly modes: readonly Mode[];
  readonly proxies: readonly ProxyName[];
  readonly jsonFile: string;
  readonly writesPage: boolean;
}

const allModes: readonly Mode[] = [...loadModes, "memory", "latency", "start", "spoon", "workers"];

const quick: Pick<Options, "modes" | keyof Rounds> = { modes: ["small"], rounds: 2, seconds: 2 };

const usage = `Usage: npm run bench -- [MODES] [OPTIONS]

Modes    ${loadModes.join(" ")}   (these, without a word)
         memory latency start spoon workers   (with words only)   all

Options  --rounds N     rounds of each case (5)
         --seconds N    length of each run (4)
         --only A,B     of ${proxyNames.join(",")}
         --quick        small, 2 rounds of 2 s
         --json FILE    where the results go (bench/results/DATE.json)
         --write        write docs/benchmarks.md`;

const optionTypes = {
  rounds: { type: "string", default: "5" },
  seconds: { type: "string", default: "4" },
  only: { type: "string", default: proxyNames.join(",") },
  quick: { type: "boolean", default: false },
  json: { type: "string" },
  write: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/** The options, or what to tell the user instead. */
export function readOptions(words: readonly string[]): Options | string {
  try {
    return parseWords(words);
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n\n${usage}`;
  }
}

function parseWords(words: readonly string[]): Options | string {
  const { values, positionals } = parseArgs({
    args: [...words],
    options: optionTypes,
    allowPositionals: true,
  });
  if (values.help) return usage;
  const proxies = readNames(values.only.split(","), proxyNames, "proxy");
  const asked = readNames(positionals, [...allModes, "all" as const], "mode");
  const named = asked.filter((each) => each !== "all");
  const chosen = asked.length > named.length ? allModes : named;

  const asWritten = {
    modes: chosen.length > 0 ? chosen : loadModes,
    rounds: readCount(values.rounds, "rounds"),
    seconds: readCount(values.seconds, "seconds"),
  };
  const { modes, rounds, seconds } = values.quick ? quick : asWritten;
  const isWhole = proxies.length === proxyNames.length && rounds >= 5 && seconds >= 4;
  const jsonFile = values.json ?? resultsFile(isWhole);
  return { modes, rounds, seconds, proxies, jsonFile, writesPage: values.write };
}

function readNames<Name extends string>(
  words: readonly string[],
  known: readonly Name[],
  what: string,
): readonly Name[] {
  return words.map((word) => {
    const name = known.find((each) => each === word);
    if (name === undefined) throw new Error(`Cannot find the ${what} "${word}"`);
    return name;
  });
}

function readCount(word: string, name: string): number {
  const count = Number(word);
  if (Number.isInteger(count) && count > 0) return count;
  throw new Error(`Cannot read --${name}: want a whole number above 0, found "${word}"`);
}

/** Only whole comparisons are kept in the repository; git ignores the others by their names. */
function resultsFile(isWhole: boolean): string {
  const date = new Date().toISOString().slice(0, 16).replace(":", "");
  const name = `./results/${date}${isWhole ? "" : ".local"}.json`;
  return fileURLToPath(new URL(name, import.meta.url));
}
