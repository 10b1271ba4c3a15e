/** A difference on one line, for whoever has to explain it. */

import type { Difference } from "./differences.ts";

const shownCharsMax = 200;

export function showDifference(difference: Difference): string {
  const { request, peer, side, aspect, given, ours, theirs } = difference;
  const values = `sent ${show(given)}, Foregate ${show(ours)}, ${peer} ${show(theirs)}`;
  return `"${request.name}", ${side}, ${aspect}: ${values}`;
}

function show(value: string | undefined): string {
  if (value === undefined) return "—";
  const text = JSON.stringify(value);
  return text.length > shownCharsMax ? `${text.slice(0, shownCharsMax)}…` : text;
}
