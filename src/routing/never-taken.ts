/**
 * Routes that no request can take, since another one takes all of theirs first. Only what the rules
 * of `specificity.ts` make certain: two routes with the same host and the same path, the first of
 * which asks for nothing that the second does not ask for as well.
 */

import { conditionsOf, countOf, type Conditions } from "./conditions.ts";
import type { RouteMatch, ValueCondition } from "./options.ts";

export interface NeverTaken {
  /** Indexes into the routes of the site. */
  readonly route: number;
  readonly takenBy: number;
  /** In the other order the other one would never be taken. */
  readonly isAlike: boolean;
}

/** Routes that are compared each with each; of more, nothing is said. */
const comparedMax = 1_000;

interface Written {
  readonly at: number;
  readonly conditions: Conditions;
  readonly conditionCount: number;
}

/** `routes` are those of one site, in the order in which they were written. */
export function routesNeverTaken(routes: readonly RouteMatch[]): NeverTaken[] {
  const slots = new Map<string, Written[]>();
  for (const [at, match] of routes.entries()) {
    const conditions = conditionsOf(match);
    const written = { at, conditions, conditionCount: countOf(conditions) };
    const slot = slotOf(match);
    const known = slots.get(slot);
    if (known === undefined) slots.set(slot, [written]);
    else known.push(written);
  }
  return [...slots.values()].flatMap((slot) => (slot.length > comparedMax ? [] : inSlot(slot)));
}

/** What two routes have in common that are tried one after the other. */
function slotOf({ host, path }: RouteMatch): string {
  const shape = path?.replaceAll(/\/:[^/]*/g, "/:");
  return JSON.stringify([host === "*" ? undefined : host, shape]);
}

function inSlot(slot: readonly Written[]): NeverTaken[] {
  const tried = slot.toSorted((a, b) => b.conditionCount - a.conditionCount);
  return tried.flatMap((later, at): NeverTaken[] => {
    const first = tried.slice(0, at).find((other) => fitsWhenever(other, later));
    if (first === undefined) return [];
    return [{ route: later.at, takenBy: first.at, isAlike: fitsWhenever(later, first) }];
  });
}

/** Whether `a` fits every request that `b` fits. */
function fitsWhenever({ conditions: a }: Written, { conditions: b }: Written): boolean {
  const hasMethods =
    a.methods.length === 0 ||
    (b.methods.length > 0 && b.methods.every((method) => a.methods.includes(method)));
  return (
    hasMethods &&
    a.fields.every((wanted) => isAsked(wanted, b.fields)) &&
    a.query.every((wanted) => isAsked(wanted, b.query))
  );
}

const isAsked = (wanted: ValueCondition, asked: readonly ValueCondition[]): boolean =>
  asked.some(
    ({ name, value }) =>
      name === wanted.name && (wanted.value === undefined || value === wanted.value),
  );
