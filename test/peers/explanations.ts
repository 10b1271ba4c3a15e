/**
 * Why Foregate does not do what a peer does: a row for every kind of difference. One that no row
 * covers fails the test, so a row covers no more than it explains: it says what our side has to be.
 */

import { answerExplanations } from "./answer-explanations.ts";
import type { Difference } from "./differences.ts";
import type { Explanation } from "./explanation.ts";
import { requestExplanations } from "./request-explanations.ts";

export const explanations: readonly Explanation[] = [...requestExplanations, ...answerExplanations];

/** Differences by the explanation that covers them, the first one that does. */
export interface Explained {
  readonly covered: ReadonlyMap<Explanation, readonly Difference[]>;
  readonly unexplained: readonly Difference[];
}

export function explain(differences: readonly Difference[]): Explained {
  const covered = new Map<Explanation, Difference[]>(explanations.map((each) => [each, []]));
  const unexplained: Difference[] = [];
  for (const difference of differences) {
    const found = explanations.find(({ covers }) => covers(difference));
    (found === undefined ? unexplained : covered.get(found))?.push(difference);
  }
  return { covered, unexplained };
}
