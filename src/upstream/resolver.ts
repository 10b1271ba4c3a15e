/**
 * Names of upstreams to addresses, looked up again while they are used, with the last good answer
 * kept: a name that stops resolving never takes away an upstream that works (design rule 11).
 */

import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { Clock } from "../base/clock.ts";
import { Failure } from "../base/failure.ts";

/** How old an answer may be before it is asked again, in ms; plain look-ups tell no TTL. */
const freshMs = 10_000;

/**
 * How soon a name that failed is asked again, in ms: a flood must not become a flood of queries.
 */
const failedMs = 1_000;

export type Lookup = (name: string) => Promise<readonly string[]>;

export class Resolver {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #lookup: Lookup;
  #addresses: readonly string[] = [];
  #staleMs = -Infinity;
  #pending: Promise<readonly string[]> | undefined;
  #error: unknown;

  constructor(name: string, clock: Clock, lookupName: Lookup = lookupAll) {
    this.#name = name;
    this.#clock = clock;
    this.#lookup = lookupName;
    if (isIP(name) === 0) return;
    this.#addresses = [name];
    this.#staleMs = Infinity;
  }

  /** Known addresses at once, or a promise of them. Rejects with a `Failure` if there are none. */
  addresses(): readonly string[] | Promise<readonly string[]> {
    const isFresh = this.#clock.nowMs < this.#staleMs;
    if (isFresh && this.#addresses.length === 0) return Promise.reject(this.#failure());
    if (!isFresh) this.#pending ??= this.#ask();
    if (this.#addresses.length > 0) return this.#addresses;
    return this.#pending ?? this.#ask();
  }

  /** Puts an address that answered first, so that the next dial begins with it. */
  prefer(address: string): void {
    if (this.#addresses[0] === address) return;
    this.#addresses = [address, ...this.#addresses.filter((other) => other !== address)];
  }

  async #ask(): Promise<readonly string[]> {
    try {
      const found = await this.#lookup(this.#name);
      this.#error = undefined;
      if (found.length > 0) this.#addresses = found;
      this.#staleMs = this.#clock.nowMs + freshMs;
    } catch (error) {
      this.#error = error;
      this.#staleMs = this.#clock.nowMs + failedMs;
    } finally {
      this.#pending = undefined;
    }
    // With an older answer at hand nobody waits for this promise, so it must not reject then.
    if (this.#addresses.length === 0) throw this.#failure();
    return this.#addresses;
  }

  #failure(): Failure {
    const message = `Cannot resolve "${this.#name}": ${reasonOf(this.#error)}`;
    return new Failure("name-not-resolved", message, { cause: this.#error });
  }
}

async function lookupAll(name: string): Promise<readonly string[]> {
  const found = await lookup(name, { all: true });
  return found.map(({ address }) => address);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : "it has no address";
}
