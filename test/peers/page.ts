/** `docs/peers.md`: every kind of difference with its reason, and what it looks like. */

import type { Difference } from "./differences.ts";
import { answerExplanations } from "./answer-explanations.ts";
import type { Explained, Explanation } from "./explanations.ts";
import { type PeerName, peerNames } from "./peers.ts";
import { requestExplanations } from "./request-explanations.ts";

export interface PageFacts {
  readonly explained: Explained;
  readonly requestsCount: number;
  readonly versions: Readonly<Record<PeerName, string>>;
}

/** What one kind of difference looks like, at most. */
const examplesMax = 3;

/** Of a value, in a table. */
const shownCharsMax = 48;

export function writePage(facts: PageFacts): string {
  return `${[intro(facts), ...sections(facts)].join("\n")}`;
}

function intro({ requestsCount, versions, explained }: PageFacts): string {
  const { nginx, haproxy, caddy } = versions;
  const kinds = [...explained.covered.keys()].length;
  return `# Where Foregate differs from nginx, HAProxy and Caddy

Written by \`npm run peers -- --write\`; do not edit. It sends ${requestsCount} ordinary requests, as
browsers, libraries and people write them, raw through each proxy to an upstream that records every
byte, and compares what the upstream saw and what the client got with what they saw and got behind
Foregate. Peers: nginx ${nginx}, HAProxy ${haproxy}, Caddy ${caddy}, each with what it does by default, keep-alive to
the upstream, and no rules. Every difference falls under one of the ${kinds} headings below;
\`npm test\` fails on one that does not.

In the tables, "sent" is what went in at the other end, "—" means that it is not there, and "same"
that the peer does what Foregate does.
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
  const head = `| request | what | sent | Foregate | nginx | HAProxy | Caddy |\n|${" --- |".repeat(7)}`;
  return `### ${title}\n\n${why}\n\n${[head, ...rows].join("\n")}\n`;
}

/** One of each aspect, as far as they go. */
function pickExamples(differences: readonly Difference[]): readonly Difference[] {
  const found = new Map<string, Difference>();
  for (const each of differences) {
    const key = `${each.side} ${each.aspect}`;
    if (!found.has(key)) found.set(key, each);
  }
  return [...found.values()].slice(0, examplesMax);
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
  const sent = isCount(aspect) ? "" : show(given);
  return `| ${[request.name, aspectName(example), sent, show(ours), ...theirs].join(" | ")} |`;
}

function isCount(aspect: string): boolean {
  return aspect === "requests" || aspect === "answers";
}

function aspectName({ aspect }: Difference): string {
  if (isCount(aspect)) return `${aspect} that arrive`;
  return /^field (?!order|case)/.test(aspect) ? `\`${aspect.slice("field ".length)}\`` : aspect;
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
