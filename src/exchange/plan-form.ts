/**
 * A plan on its way to a worker's thread: written once, in pieces, into memory that all threads
 * share, and built in each of them, a few pieces in one turn of the event loop, so that nobody who
 * is served there waits for it. The routes of a site stay in that memory until somebody asks for
 * it: most of ten thousand sites are asked for seldom, and objects that stay are what the collector
 * of garbage takes its time for.
 *
 * One piece a line, what it is before it. In their order:
 *
 *   plan     all that is not below
 *   labels   of the metrics' routes, which only who shows them reads
 *   pools    some of them
 *   shared   what more than one of the pieces below has, and all functions
 *   site     a host, a space, and its routes: a branch of its own
 *   part     the same of a site with many routes, which are read at once
 */

import { GraphReader, GraphWriter, type Peculiar } from "../base/graph-form.ts";
import type { Work } from "../base/in-turns.ts";
import { IpSet } from "../base/ip-set.ts";
import { functionPlace, type FunctionPlace } from "../code/function-label.ts";
import type { FindFunction } from "../code/functions.ts";
import type { SiteOptions } from "../routing/options.ts";
import { createRouter, RouterBuilder } from "../routing/router.ts";
import type { PoolOptions } from "../upstream/options.ts";
import type { Plan, RoutePlan } from "./plan.ts";

/** What a plan is made of, for whoever builds it anew. */
export interface PlanParts {
  readonly plan: Plan;
  readonly siteOptions: readonly SiteOptions<RoutePlan>[];
}

/** In UTF-8. */
export type PlanForm = Uint8Array<SharedArrayBuffer>;

/** Routes, or others, in one piece: it takes less than a turn to build. */
const itemsPerPiece = 100;

const lineFeed = 0x0a;
const space = 0x20;

/** Each begins with another character, which is enough to tell them apart. */
const kinds = {
  plan: "=",
  labels: "#",
  pools: "~",
  shared: "&",
  site: "+",
  part: "*",
} as const;

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
  const bare = metrics && { ...metrics, routes: [] };
  const pieces = [kinds.plan + writer.write({ ...plan, router: null, pools: [], metrics: bare })];
  for (const labels of chunksOf(metrics?.routes ?? [])) {
    pieces.push(kinds.labels + JSON.stringify(labels));
  }
  for (const chunk of chunksOf(pools)) pieces.push(kinds.pools + writer.write(chunk));
  const sites = siteOptions.flatMap(({ host, routes }) => {
    const chunks = chunksOf(routes);
    const kind = chunks.length > 1 ? kinds.part : kinds.site;
    return chunks.map((chunk) => ({ kind, host, chunk }));
  });
  for (const chunk of chunksOf(sharedOf(sites.map(({ chunk }) => chunk)))) {
    pieces.push(kinds.shared + writer.write(chunk));
  }
  for (const { kind, host, chunk } of sites) {
    pieces.push(`${kind}${host} ${writer.branch().write(chunk)}`);
  }
  const bytes = Buffer.from(pieces.join("\n"));
  const form = new Uint8Array(new SharedArrayBuffer(bytes.length));
  form.set(bytes);
  return form;
}

function chunksOf<Item>(list: readonly Item[]): readonly (readonly Item[])[] {
  const count = Math.ceil(list.length / itemsPerPiece);
  return Array.from({ length: count }, (_, at) =>
    list.slice(at * itemsPerPiece, (at + 1) * itemsPerPiece),
  );
}

/** What has to be one object in several pieces; and functions, for whoever looks for them early. */
function sharedOf(pieces: readonly unknown[]): readonly object[] {
  const pieceOf = new Map<object, number>();
  const shared = new Set<object>();
  const visit = (value: unknown, piece: number): void => {
    if (typeof value === "function") shared.add(value);
    if (typeof value !== "object" || value === null) return;
    const known = pieceOf.get(value);
    if (known === undefined) {
      pieceOf.set(value, piece);
      for (const inner of partsOf(value)) visit(inner, piece);
    } else if (known !== piece) shared.add(value);
  };
  for (const [at, piece] of pieces.entries()) visit(piece, at);
  return [...shared];
}

function partsOf(value: object): readonly unknown[] {
  if (value instanceof Map) return [...(value as Map<unknown, unknown>)].flat();
  if (value instanceof Set) return [...(value as Set<unknown>)];
  return ArrayBuffer.isView(value) ? [] : Object.values(value);
}

type Routes = SiteOptions<RoutePlan>["routes"];

/** `find`: where the plan's functions are; by default it has none. Throws if there is none. */
export function* buildPlan(form: PlanForm, find: FindFunction = noFunctions): Work<Plan> {
  const reading = new Reading(form, find);
  const builder = new RouterBuilder<RoutePlan>();
  for (const piece of reading.pieces()) {
    if (piece.kind === kinds.site) builder.addLate(piece.host, piece);
    else if (piece.kind === kinds.part) {
      for (const { match, route } of piece.make()) builder.add(piece.host, match, route);
    }
    yield;
  }
  return { ...reading.plan, router: builder.router };
}

/** What it was written from. */
export function* readPlan(form: PlanForm, find: FindFunction): Work<PlanParts> {
  const reading = new Reading(form, find);
  const siteOptions: { readonly host: string; readonly routes: Routes[number][] }[] = [];
  const labels: (readonly string[])[] = [];
  for (const piece of reading.pieces()) {
    if (piece.kind === kinds.labels) labels.push(...(JSON.parse(piece.text) as typeof labels));
    if (piece.kind !== kinds.site && piece.kind !== kinds.part) continue;
    if (siteOptions.at(-1)?.host !== piece.host) siteOptions.push({ host: piece.host, routes: [] });
    siteOptions.at(-1)?.routes.push(...piece.make());
    yield;
  }
  const { plan } = reading;
  const metrics = plan.metrics && { ...plan.metrics, routes: labels };
  return { plan: { ...plan, metrics, router: createRouter(siteOptions) }, siteOptions };
}

class Reading {
  readonly #bytes: Buffer;
  readonly #reader: GraphReader;
  readonly #pools: PoolOptions[] = [];
  #bare: Plan | undefined;

  constructor(form: PlanForm, find: FindFunction) {
    this.#bytes = Buffer.from(form.buffer);
    this.#reader = new GraphReader([ipSets, functions(find)]);
  }

  /** Without routes and labels; when all pieces were read. */
  get plan(): Plan {
    return { ...this.#bare!, pools: this.#pools };
  }

  /** A text of the whole would be as long as all of them, and so they are cut one by one. */
  *pieces(): Generator<Piece> {
    const bytes = this.#bytes;
    for (let start = 0; start < bytes.length;) {
      const found = bytes.indexOf(lineFeed, start);
      const end = found < 0 ? bytes.length : found;
      const piece = new Piece(this, start, end);
      this.#take(piece);
      yield piece;
      start = end + 1;
    }
  }

  #take(piece: Piece): void {
    const { kind } = piece;
    if (kind === kinds.plan) this.#bare = this.#reader.read(piece.text) as Plan;
    else if (kind === kinds.shared) this.#reader.read(piece.text);
    else if (kind === kinds.pools) {
      this.#pools.push(...(this.#reader.read(piece.text) as PoolOptions[]));
    }
  }

  byteAt(at: number): number {
    return this.#bytes[at] ?? 0;
  }

  indexOf(byte: number, from: number): number {
    return this.#bytes.indexOf(byte, from);
  }

  textOf(start: number, end: number): string {
    return this.#bytes.toString("utf8", start, end);
  }

  /** Of one branch. */
  read(text: string): unknown {
    return this.#reader.branch().read(text);
  }
}

/** Where it lies, and what of it is wanted. */
class Piece {
  readonly #reading: Reading;
  readonly #start: number;
  readonly #end: number;

  constructor(reading: Reading, start: number, end: number) {
    this.#reading = reading;
    this.#start = start;
    this.#end = end;
  }

  get kind(): string {
    return String.fromCharCode(this.#reading.byteAt(this.#start));
  }

  get text(): string {
    return this.#reading.textOf(this.#start + 1, this.#end);
  }

  /** Of a site, or a part of one. */
  get host(): string {
    return this.#reading.textOf(this.#start + 1, this.#space);
  }

  make(): Routes {
    return this.#reading.read(this.#reading.textOf(this.#space + 1, this.#end)) as Routes;
  }

  get #space(): number {
    return this.#reading.indexOf(space, this.#start);
  }
}
