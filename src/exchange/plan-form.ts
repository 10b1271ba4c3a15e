/**
 * A plan on its way to a worker's thread: written once, in pieces, into memory that all threads
 * share, and built in each of them, a few pieces in one turn of the event loop, so that nobody who
 * is served there waits for it.
 */

import { GraphReader, GraphWriter, type Peculiar } from "../base/graph-form.ts";
import { IpSet } from "../base/ip-set.ts";
import { functionPlace, type FunctionPlace } from "../code/function-label.ts";
import type { FindFunction } from "../code/functions.ts";
import type { SiteOptions } from "../routing/options.ts";
import { RouterBuilder } from "../routing/router.ts";
import type { Plan, RoutePlan } from "./plan.ts";

/** What a plan is made of, for whoever builds it anew. */
export interface PlanParts {
  readonly plan: Plan;
  readonly siteOptions: readonly SiteOptions<RoutePlan>[];
}

/** One piece a line, in UTF-8. */
export type PlanForm = Uint8Array<SharedArrayBuffer>;

/** How long one turn may take, in ms. */
const turnMs = 4;

/** Routes in one piece: it takes less than a turn to build. */
const routesPerPiece = 100;

const lineFeed = 0x0a;

const ipSets: Peculiar = {
  kind: "ip-set",
  take: (value) => (value instanceof IpSet ? value.blocks() : undefined),
  make: (taken) => IpSet.of(taken as readonly string[]),
};

function functions(find: FindFunction): Peculiar {
  return {
    kind: "function",
    take: (value) => (typeof value === "function" ? placeOf(value) : undefined),
    make: (taken) => find(taken as FunctionPlace),
  };
}

function placeOf(given: object): FunctionPlace {
  const place = functionPlace(given);
  if (place === undefined) throw new Error("Cannot move a function that is in no config file");
  return place;
}

const noFunctions: FindFunction = ({ label }) => {
  throw new Error(`Cannot find ${label}: the config has no module`);
};

/** Throws if the plan has functions that no config file has. */
export function writePlan({ plan, siteOptions }: PlanParts): PlanForm {
  const writer = new GraphWriter([ipSets, functions(noFunctions)]);
  const pieces = [writer.write({ ...plan, router: null })];
  const rules = siteOptions.flatMap(({ host, routes }) =>
    routes.map((rule) => ({ host, ...rule })),
  );
  for (let at = 0; at < rules.length; at += routesPerPiece) {
    pieces.push(writer.write(rules.slice(at, at + routesPerPiece)));
  }
  const bytes = Buffer.from(pieces.join("\n"));
  const form = new Uint8Array(new SharedArrayBuffer(bytes.length));
  form.set(bytes);
  return form;
}

export interface Building {
  /** Where the plan's functions are; by default it has none. */
  readonly find?: FindFunction | undefined;
  readonly nowMs: () => number;
  /** Resolves when others have had their turn. */
  readonly nextTurn: () => Promise<unknown>;
}

/** Rejects if a function cannot be found. */
export async function buildPlan(form: PlanForm, building: Building): Promise<Plan> {
  const { find = noFunctions, nowMs, nextTurn } = building;
  const reader = new GraphReader([ipSets, functions(find)]);
  const builder = new RouterBuilder<RoutePlan>();
  let plan: Plan | undefined;
  let beganMs = nowMs();
  for (const piece of piecesOf(form)) {
    const value = reader.read(piece);
    if (plan === undefined) plan = { ...(value as Plan), router: builder.router };
    else for (const { host, match, route } of value as Rule[]) builder.add(host, match, route);
    if (nowMs() - beganMs < turnMs) continue;
    await nextTurn();
    beganMs = nowMs();
  }
  return plan!;
}

type Rule = SiteOptions<RoutePlan>["routes"][number] & { readonly host: string };

/** Read when it is asked for: a text of the whole would be as long as all of them. */
function* piecesOf(form: PlanForm): Generator<string> {
  const bytes = Buffer.from(form.buffer);
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(lineFeed, start);
    const end = found < 0 ? bytes.length : found;
    yield bytes.toString("utf8", start, end);
    start = end + 1;
  }
}
