/**
 * Which of several fitting routes is taken: the most specific one, by these rules in this order.
 *
 *   1. host     exact, then the longer wildcard, then none                     `host-table.ts`
 *   2. path     segment by segment from the left: a literal, then a parameter,
 *               then the end of a `/*`; and any path before none               `path-tree.ts`
 *   3. the route with more conditions                                          here
 *   4. the one that was written first                                          here
 *
 * Rule 2 puts an exact path before every other, a longer prefix before a shorter one and before a
 * pattern, and `/users/:id` before `/users/*`, which could otherwise never be taken.
 */

import { conditionsOf, countOf, fits, type Conditions } from "./conditions.ts";
import type { RequestHead } from "../http/head.ts";
import type { RouteMatch } from "./options.ts";

/** A route among those that have the same host and the same path. */
export interface Candidate<Route> {
  readonly conditions: Conditions;
  readonly conditionCount: number;
  readonly route: Route;
}

/** Most specific first. */
export type Candidates<Route> = Candidate<Route>[];

/** Called in the order in which routes were written. */
export function addCandidate<Route>(
  candidates: Candidates<Route>,
  match: RouteMatch,
  route: Route,
): void {
  const conditions = conditionsOf(match);
  const conditionCount = countOf(conditions);
  const place = candidates.findIndex((other) => other.conditionCount < conditionCount);
  const candidate = { conditions, conditionCount, route };
  candidates.splice(place < 0 ? candidates.length : place, 0, candidate);
}

export function firstFitting<Route>(
  candidates: Candidates<Route>,
  head: RequestHead,
): Candidate<Route> | undefined {
  for (const candidate of candidates) if (fits(candidate.conditions, head)) return candidate;
  return undefined;
}
