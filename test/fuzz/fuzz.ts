/**
 * Throws changed messages at both HTTP/1 machines for a while and checks what must hold of all.
 *
 *   npm run fuzz                          half a minute, from a new seed
 *   npm run fuzz -- --seconds 600         ten minutes
 *   npm run fuzz -- --seed 12345          again what that seed gave, wire by wire
 *
 * Wires that are read in a way not seen before join the corpus, so that changes build on changes.
 */

import { parseArgs } from "node:util";

import { runFuzz } from "./run-fuzz.ts";

const { values } = parseArgs({
  options: { seconds: { type: "string" }, seed: { type: "string" } },
});

const seconds = numberOf("seconds", values.seconds ?? "30");
const seed = numberOf("seed", values.seed ?? String(Math.floor(Math.random() * 2 ** 31)));

console.log(
  `fuzzing both HTTP/1 machines for ${seconds} s; again with: npm run fuzz -- --seed ${seed}`,
);
const endMs = Date.now() + seconds * 1_000;
const outcome = runFuzz({ seed, goesOn: () => Date.now() < endMs });
for (const { wire, error } of outcome.found) {
  console.log(`\nseed ${seed}, bytes ${JSON.stringify(wire.toString("latin1"))}`);
  console.log(error instanceof Error ? error.stack : error);
}
console.log(`${outcome.shapes} ways of being read were seen`);
console.log(`${outcome.passed} passed, ${outcome.found.length} failed`);
process.exitCode = outcome.found.length === 0 ? 0 : 1;

function numberOf(name: string, text: string): number {
  if (/^[0-9]{1,10}$/.test(text)) return Number(text);
  console.error(`foregate: --${name} wants a whole number, found "${text}"`);
  process.exit(2);
}
