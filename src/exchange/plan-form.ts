/**
 * A plan on its way to a worker's thread: written once, in pieces, into memory that all threads
 * share, and built in each of them, a few pieces in one turn of the event loop, so that nobody who
 * is served there waits for it.
 */

import { GraphReader, GraphWriter, type Peculiar } from "../base/graph-form.ts";
import type { Work } from "../base/in-turns.ts";
import { IpSet } from "../base/ip-set.ts";
import { functionPlace, type FunctionPlace } from "../code/function-label.ts";
import type { FindFunction } from "../code/functions.ts";
import type { SiteOptions } from "../routing/options.ts";
import { RouterBuilder } from "../routing/router.ts";
import type { PoolOptions } from "../upstream/options.ts";
import type { Plan, RoutePlan } from "./plan.ts";

/** What a plan is made of, for whoever builds it anew. */
export interface PlanParts {
  readonly plan: Plan;
  readonly siteOptions: readonly SiteOptions<RoutePlan>[];
}

/** One piece a line, in UTF-8. */
export type PlanForm = Uint8Array<SharedArrayBuffer>;

/** Routes, or others, in one piece: it takes less than a turn to build. */
const itemsPerPiece = 100;

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
  const { pools, metrics } = plan;
  const lists: PlanLists = {
    pools,
    labels: metrics?.routes ?? [],
    rules: siteOptions.flatMap(({ host, routes }) => routes.map((rule) => ({ host, ...rule }))),
  };
  const bare = metrics && { ...metrics, routes: [] };
  const pieces = [writer.write({ ...plan, router: null, pools: [], metrics: bare })];
  for (const [name, list] of Object.entries(lists)) {
    for (let at = 0; at < list.length; at += itemsPerPiece) {
      pieces.push(writer.write([name, list.slice(at, at + itemsPerPiece)]));
    }
  }
  const bytes = Buffer.from(pieces.join("\n"));
  const form = new Uint8Array(new SharedArrayBuffer(bytes.length));
  form.set(bytes);
  return form;
}

/** What of a plan may be long; the rest is the first piece. */
interface PlanLists {
  readonly pools: Plan["pools"];
  /** Of the metrics' routes. */
  readonly labels: readonly (readonly string[])[];
  readonly rules: readonly Rule[];
}

type Rule = SiteOptions<RoutePlan>["routes"][number] & { readonly host: string };

type Piece = { [Name in keyof PlanLists]: [name: Name, items: PlanLists[Name]] }[keyof PlanLists];

/** `find`: where the plan's functions are; by default it has none. Throws if there is none. */
export function* buildPlan(form: PlanForm, find: FindFunction = noFunctions): Work<Plan> {
  return yield* build(form, find, () => undefined);
}

/** What it was written from. */
export function* readPlan(form: PlanForm, find: FindFunction): Work<PlanParts> {
  const sites: { host: string; routes: Omit<Rule, "host">[] }[] = [];
  const plan = yield* build(form, find, ({ host, match, route }) => {
    if (sites.at(-1)?.host !== host) sites.push({ host, routes: [] });
    sites.at(-1)?.routes.push({ match, route });
  });
  return { plan, siteOptions: sites };
}

function* build(form: PlanForm, find: FindFunction, onRule: (rule: Rule) => void): Work<Plan> {
  const reader = new GraphReader([ipSets, functions(find)]);
  const builder = new RouterBuilder<RoutePlan>();
  const pools: PoolOptions[] = [];
  const labels: (readonly string[])[] = [];
  let bare: Plan | undefined;
  for (const text of piecesOf(form)) {
    if (bare === undefined) {
      bare = reader.read(text) as Plan;
      continue;
    }
    yield;
    const [name, items] = reader.read(text) as Piece;
    if (name === "pools") pools.push(...items);
    else if (name === "labels") labels.push(...items);
    else {
      for (const rule of items) {
        builder.add(rule.host, rule.match, rule.route);
        onRule(rule);
      }
    }
  }
  const metrics = bare?.metrics && { ...bare.metrics, routes: labels };
  return { ...bare!, pools, metrics, router: builder.router };
}

/** A text of the whole would be as long as all of them, and so they are cut one by one. */
function* piecesOf(form: PlanForm): Generator<string> {
  const bytes = Buffer.from(form.buffer);
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(lineFeed, start);
    const end = found < 0 ? bytes.length : found;
    yield bytes.toString("utf8", start, end);
    start = end + 1;
  }
}
