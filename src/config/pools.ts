/**
 * `pools`, and the pools that routes make by naming an upstream. A pool exists once, however many
 * routes send to it, so that its connections and its counters are shared.
 */

import { describe, reject } from "../base/reader.ts";
import {
  keepAlive,
  upstreamTimeouts,
  type PoolOptions,
  type UpstreamAddress,
  type UpstreamTimeouts,
} from "../upstream/options.ts";
import { poolSchema, upstreamsSchema, type PoolWishes } from "../upstream/schema.ts";
import { nearestWord } from "./did-you-mean.ts";
import type { Place } from "./place.ts";
import { poolKeys, poolNamePattern } from "./pool-schema.ts";

/** A pool's place in the plan, and what it says itself about waiting. */
export interface PlacedPool {
  readonly index: number;
  readonly timeouts: Partial<UpstreamTimeouts>;
  /** For the banner. */
  readonly label: string;
}

/** What is wished of the connections themselves, which belong to one pool. */
export type ConnectionWishes = Pick<PoolWishes, "keepAlive" | "proxyProtocol">;

type Connections = Pick<PoolOptions, "keepAlive" | "proxyProtocol">;

function connectionsOf(wishes: ConnectionWishes): Connections {
  const options = { keepAlive: wishes.keepAlive ?? keepAlive };
  const { proxyProtocol } = wishes;
  return proxyProtocol ? { ...options, proxyProtocol } : options;
}

export class Pools {
  readonly #pools: PoolOptions[] = [];
  /** By name; undefined: its definition is wrong, which has been said. */
  readonly #named = new Map<string, PlacedPool | undefined>();
  readonly #unnamed = new Map<string, PlacedPool>();
  readonly #used = new Set<string>();

  get options(): readonly PoolOptions[] {
    return this.#pools;
  }

  /** Reads the key `pools`. */
  define(pools: Place): void {
    if (!pools.isThere) return;
    if (pools.entries().length === 0) {
      const message = `want a map from names to upstreams, found ${describe(pools.value)}`;
      reject(pools, { message });
    }
    for (const [name, place] of pools.entries()) {
      this.#named.set(name, this.#readNamed(name, place));
    }
  }

  /** Once every route has been read, and none was wrong. */
  warnOfUnused(pools: Place): void {
    for (const [name, place] of pools.entries()) {
      if (this.#used.has(name)) continue;
      const help = `remove it, or send requests to it: proxy: ${name}`;
      place.warn({ kind: "unused-pool", message: "no route sends to it", help, onKey: true });
    }
  }

  /** By what `to` says: a pool's name, an upstream, or several; undefined: wrong, and said. */
  find(to: Place, wishes: ConnectionWishes): PlacedPool | undefined {
    if (typeof to.value === "string" && isWord(to.value)) return this.#byName(to.value, to);
    const upstreams = to.parse(upstreamsSchema);
    return upstreams && this.#share(upstreams, connectionsOf(wishes));
  }

  #readNamed(name: string, place: Place): PlacedPool | undefined {
    if (!poolNamePattern.test(name)) {
      const message = `want a pool's name of letters, digits, - and _; found ${describe(name)}`;
      reject(place, { message, onKey: true });
    }
    const wishes = readWishes(place);
    if (wishes === undefined) return undefined;
    const timeouts = wishes.timeouts ?? {};
    const count = wishes.to.length;
    const index = this.#pools.length;
    this.#pools.push({
      name,
      upstreams: wishes.to,
      timeouts: { ...upstreamTimeouts, ...timeouts },
      ...connectionsOf(wishes),
    });
    return { index, timeouts, label: count === 1 ? name : `${name} (${count} upstreams)` };
  }

  #byName(name: string, to: Place): PlacedPool | undefined {
    this.#used.add(name);
    if (this.#named.has(name)) return this.#named.get(name);
    const names = [...this.#named.keys()];
    const meant = nearestWord(name, names);
    const known = names.length === 0 ? "there are no pools" : `there are ${names.join(", ")}`;
    const server = `for a server write "${name}:PORT"`;
    const message = `no pool is called ${describe(name)}`;
    const help = meant === undefined ? `${known}; ${server}` : server;
    const hint = meant === undefined ? undefined : `did you mean "${meant}"?`;
    return reject(to, { kind: "pool", message, help, hint });
  }

  #share(upstreams: readonly UpstreamAddress[], connections: Connections): PlacedPool {
    const same = JSON.stringify([upstreams.map(addressOf), connections]);
    const found = this.#unnamed.get(same);
    if (found !== undefined) return found;
    const name = upstreams.map(({ label }) => label).join(", ");
    const pool = { index: this.#pools.length, timeouts: {}, label: name };
    this.#pools.push({ name, upstreams, timeouts: upstreamTimeouts, ...connections });
    this.#unnamed.set(same, pool);
    return pool;
  }
}

function readWishes(place: Place): PoolWishes | undefined {
  if (place.isMap) {
    // Before the schema, which would say that `to` is no upstream.
    if (!place.at("to").isThere && place.hasKeys(poolKeys)) {
      const help = "to: [10.0.0.1:8080, 10.0.0.2:8080]";
      const message = "want `to`, the upstreams";
      return reject(place, { kind: "missing", message, help, onKey: true });
    }
    return place.parse(poolSchema);
  }
  const to = place.parse(upstreamsSchema);
  return to === undefined ? undefined : { to };
}

const isWord = (text: string): boolean => /^[^.:/]+$/.test(text);

const addressOf = ({ host, port, socketPath, basePath }: UpstreamAddress): unknown[] => [
  host,
  port,
  socketPath,
  basePath,
];
