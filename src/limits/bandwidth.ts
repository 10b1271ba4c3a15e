/**
 * Bandwidth: how fast answers go to clients at most, each on its own, those of a route together,
 * and those to a client together.
 *
 *   feed ──grant──▶ shaper ──▶ its own bucket, the route's, the client's
 *        ◀─onGrant─       each 100 ms
 *
 * Whoever gets nothing waits for the next turn. Those who wait for the same bucket get equal parts
 * of it, or take turns where that would be too little to write. Each worker shapes for itself: of
 * several, each has the whole rate.
 */

import { TokenBucket } from "../base/token-bucket.ts";
import { networkOf } from "../base/ip.ts";
import type { BandwidthOptions } from "./options.ts";

/** What a bucket holds: a fifth of a second, since it is filled ten times a second. */
const capacityPart = 5;
const capacityMin = 4 * 1024;

/** Less is not worth a write, in bytes. */
const grantMin = 1024;

/** A bucket of several answers. */
interface SharedBucket {
  readonly bucket: TokenBucket;
  readonly forget: () => void;
  userCount: number;
  /** How many waited for it when its last turn began, and what each of them may have of it. */
  waitingCount: number;
  part: number;
}

export class Bandwidth {
  readonly #nowMs: () => number;
  readonly #routes = new Map<BandwidthOptions, Map<string, SharedBucket>>();
  readonly #clients = new Map<BandwidthOptions, Map<string, SharedBucket>>();
  #waiting = new Set<Shaper>();
  readonly #unused = new Set<SharedBucket>();

  /** `nowMs` is the coarse clock: buckets are filled once in each of its steps. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Buckets that are kept, for tests of leaks. */
  get bucketCount(): number {
    const sizes = [...this.#routes.values(), ...this.#clients.values()].map(({ size }) => size);
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  /** For one answer. `options` is the same object for all that count together. */
  shaperFor(options: BandwidthOptions, routeRow: number, clientIp: string): Shaper {
    const shared: SharedBucket[] = [];
    const { routeRate, clientRate } = options;
    if (routeRate > 0) shared.push(this.#share(this.#routes, options, `${routeRow}`, routeRate));
    const client = networkOf(clientIp);
    if (clientRate > 0) shared.push(this.#share(this.#clients, options, client, clientRate));
    return new Shaper(options, shared, this);
  }

  /** Each 100 ms: those who wait have their turn. */
  tick(): void {
    const nowMs = this.#nowMs();
    this.#forgetUnused(nowMs);
    if (this.#waiting.size === 0) return;
    const waiting = [...this.#waiting];
    this.#waiting = new Set();
    for (const shaper of waiting) for (const one of shaper.shared) one.waitingCount = 0;
    for (const shaper of waiting) for (const one of shaper.shared) one.waitingCount += 1;
    for (const shaper of waiting) {
      shaper.beginTurn();
      for (const one of shaper.shared) {
        one.part = Math.max(grantMin, one.bucket.levelAt(nowMs) / one.waitingCount);
      }
    }
    for (const shaper of waiting) shaper.onGrant?.();
    // Who got nothing is first the next time.
    const next = [...this.#waiting];
    const hasTaken = (shaper: Shaper): number => Number(shaper.takenBytes > 0);
    this.#waiting = new Set(next.toSorted((a, b) => hasTaken(a) - hasTaken(b)));
  }

  // For shapers.

  newBucket(rate: number): TokenBucket {
    const capacity = Math.max(capacityMin, rate / capacityPart);
    return new TokenBucket(rate, capacity, this.#nowMs());
  }

  nowMs(): number {
    return this.#nowMs();
  }

  wait(shaper: Shaper): void {
    this.#waiting.add(shaper);
  }

  leave(shaper: Shaper): void {
    this.#waiting.delete(shaper);
    for (const one of shaper.shared) {
      one.userCount -= 1;
      if (one.userCount === 0) this.#unused.add(one);
    }
  }

  #share(
    all: Map<BandwidthOptions, Map<string, SharedBucket>>,
    options: BandwidthOptions,
    key: string,
    rate: number,
  ): SharedBucket {
    const buckets = all.get(options) ?? new Map<string, SharedBucket>();
    all.set(options, buckets);
    let one = buckets.get(key);
    if (one === undefined) {
      const forget = (): void => {
        buckets.delete(key);
        if (buckets.size === 0) all.delete(options);
      };
      const bucket = this.newBucket(rate);
      one = { bucket, forget, userCount: 0, waitingCount: 0, part: 0 };
      buckets.set(key, one);
    }
    one.userCount += 1;
    this.#unused.delete(one);
    return one;
  }

  /** A bucket that is full again is as good as a new one. */
  #forgetUnused(nowMs: number): void {
    for (const one of this.#unused) {
      if (one.bucket.levelAt(nowMs) < one.bucket.capacity - 1) continue;
      one.forget();
      this.#unused.delete(one);
    }
  }
}

/** How fast one answer goes. */
export class Shaper {
  /** Some may go again. */
  onGrant: (() => void) | undefined;
  readonly shared: readonly SharedBucket[];
  readonly #bandwidth: Bandwidth;
  readonly #own: TokenBucket | undefined;
  #freeBytes: number;
  /** The last grant was of the free bytes. */
  #wasFree = false;
  /** In this turn. */
  takenBytes = 0;
  #isClosed = false;

  constructor(options: BandwidthOptions, shared: readonly SharedBucket[], bandwidth: Bandwidth) {
    this.shared = shared;
    this.#bandwidth = bandwidth;
    this.#own = options.responseRate > 0 ? bandwidth.newBucket(options.responseRate) : undefined;
    this.#freeBytes = options.responseRate > 0 ? options.freeBytes : 0;
  }

  beginTurn(): void {
    this.takenBytes = 0;
  }

  /** Of `wanted` bytes, how many may go now; 0: `onGrant` will be called. */
  grant(wanted: number): number {
    const nowMs = this.#bandwidth.nowMs();
    let bytes = wanted;
    if (this.#freeBytes > 0) bytes = Math.min(bytes, this.#freeBytes);
    else if (this.#own !== undefined) bytes = Math.min(bytes, this.#own.levelAt(nowMs));
    for (const { bucket, waitingCount, part } of this.shared) {
      bytes = Math.min(bytes, bucket.levelAt(nowMs));
      if (waitingCount > 1) bytes = Math.min(bytes, Math.floor(part) - this.takenBytes);
    }
    if (bytes < Math.min(wanted, grantMin, this.#freeBytes || grantMin)) {
      this.#bandwidth.wait(this);
      return 0;
    }
    this.#wasFree = this.#freeBytes > 0;
    this.#take(bytes);
    return bytes;
  }

  /** So many of those that were granted did not go. */
  giveBack(bytes: number): void {
    this.#take(-bytes);
  }

  /** The answer is over. Harmless a second time. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.onGrant = undefined;
    this.#bandwidth.leave(this);
  }

  #take(bytes: number): void {
    this.takenBytes += bytes;
    if (this.#wasFree) this.#freeBytes -= bytes;
    else move(this.#own, bytes);
    for (const { bucket } of this.shared) move(bucket, bytes);
  }
}

function move(bucket: TokenBucket | undefined, bytes: number): void {
  if (bytes > 0) bucket?.take(bytes);
  else bucket?.give(-bytes);
}
