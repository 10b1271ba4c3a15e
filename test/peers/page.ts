/** `docs/peers.md`: every kind of difference with its reason, and what it looks like. */

import type { Difference } from "./differences.ts";
import { answerExplanations } from "./answer-explanations.ts";
import type { Explanation } from "./explanation.ts";
import type { Explained } from "./explanations.ts";
import { type PeerName, peerNames } from "./peers.ts";
import { requestExplanations } from "./request-explanations.ts";

export interface PageFacts {
  readonly explained: Explained;
  readonly requestsCount: number;
  readonly versions: Readonly<Record<PeerName, string>>;
}

const tableHead = [
  "| request | what | sent | Foregate | nginx | HAProxy | Caddy |",
  "| --- | --- | --- | --- | --- | --- | --- |",
];

/** What one kind of difference looks like, at most. */
const examplesMax = 4;

/** Of a value, in a table. */
const shownCharsMax = 48;

export function writePage(facts: PageFacts): string {
  return [intro(facts), ...sections(facts)].join("\n");
}

function intro({ requestsCount, versions, explained }: PageFacts): string {
  const { nginx, haproxy, caddy } = versions;
  const peers = `nginx ${nginx}, HAProxy ${haproxy} and Caddy ${caddy}`;
  return `# Where Foregate differs from nginx, HAProxy and Caddy

Written by \`npm run peers -- --write\`; do not edit.

${requestsCount} ordinary requests, as browsers, libraries and people write them, go raw through
each proxy to an upstream that records every byte. What the upstream saw and what the client got is
compared with what they saw and got behind Foregate. The peers are ${peers},
each with what it does by default, connections to the upstream kept alive, and no rules. Every
difference falls under one of the ${explained.covered.size} headings below; \`npm test\` fails on
one that does not.

In the tables, "sent" is what went in at the other end, "—" means that it is not there, and "same"
that the peer does what Foregate does. \`⏎\` stands between the lines of one field, \`UPSTREAM\`
for the upstream's address.
`;
}

function sections({ explained }: PageFacts): readonly string[] {
  const section = (explanation: Explanation): string =>
    sectionOf(explanation, explained.covered.get(explanation) ?? []);
  return [
    "## What upstreams see\n",
    ...requestExplanations.map(section),
    "## What clients get\n",
    ...answerExplanations.map(section),
  ];
}

function sectionOf({ title, why }: Explanation, differences: readonly Difference[]): string {
  const rows = pickExamples(differences).map((example) => exampleRow(example, differences));
  return `### ${title}\n\n${why}\n\n${[...tableHead, ...rows].join("\n")}\n`;
}

/** One of each aspect, then further ones that show something else. */
function pickExamples(differences: readonly Difference[]): readonly Difference[] {
  const firsts = firstBy(differences, ({ side, aspect }) => `${side} ${aspect}`);
  const others = firstBy(differences, ({ side, aspect, given, ours, theirs }) =>
    JSON.stringify([side, aspect, given, ours, theirs]),
  );
  const picked = firstBy([...firsts, ...others], ({ request, side, aspect }) =>
    JSON.stringify([request.name, side, aspect]),
  );
  return picked.slice(0, examplesMax);
}

/** The first difference of each key, in order. */
function firstBy(
  differences: readonly Difference[],
  keyOf: (difference: Difference) => string,
): readonly Difference[] {
  const found = new Map<string, Difference>();
  for (const each of differences) {
    if (!found.has(keyOf(each))) found.set(keyOf(each), each);
  }
  return [...found.values()];
}

function exampleRow(example: Difference, differences: readonly Difference[]): string {
  const { request, side, aspect, given, ours } = example;
  const theirs = peerNames.map((peer) => {
    const found = differences.find(
      (each) =>
        each.peer === peer &&
        each.request === request &&
        each.side === side &&
        each.aspect === aspect,
    );
    return found === undefined ? "same" : show(found.theirs);
  });
  const sent = isCount(aspect) || isStatusAlone(example) ? "" : show(given);
  return `| ${[request.name, aspectName(example), sent, show(ours), ...theirs].join(" | ")} |`;
}

function isCount(aspect: string): boolean {
  return aspect === "requests" || aspect === "answers";
}

/** One of the answers is a proxy's own: then nothing was sent that could be compared. */
function isStatusAlone({ aspect, given }: Difference): boolean {
  return aspect === "status" && given === undefined;
}

function aspectName({ aspect, side }: Difference): string {
  if (isCount(aspect)) return `${aspect} that arrive`;
  const name = /^field (?!order|case)/.test(aspect) ? show(aspect.slice("field ".length)) : aspect;
  return name === show("via") ? `${name} (${side})` : name;
}

/** As code, so that nothing in it is Markdown, and on one line of a table. */
function show(value: string | undefined): string {
  if (value === undefined) return "—";
  if (value === "") return "(empty)";
  const plain = value
    .replaceAll("\n", ", ")
    .replaceAll(/[^\x20-\x7e⏎]/g, "·")
    .replaceAll("|", "\\|");
  const cut = plain.length > shownCharsMax ? `${plain.slice(0, shownCharsMax)}…` : plain;
  return cut.includes("`") ? `\`\` ${cut} \`\`` : `\`${cut}\``;
}
