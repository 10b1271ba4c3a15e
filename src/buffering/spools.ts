/**
 * What the bodies that wait in one worker share: the budget of memory, the store, and what each may
 * have of both. The order in which it degrades:
 *
 *   memory ─▶ store (a file) ─▶ back pressure to whoever sends ─▶ refusal of new exchanges
 *
 * Half of the memory is for spools: each may have a quarter of what is free of that half, so that a
 * thousand slow readers of large pages leave as much to the next one as each of them has. The other
 * half is for what sockets have in their hands, which cannot be taken back or put into a file. When
 * an eighth of all is in their hands, or half of all is in use, connections make do with smaller
 * reads and queues (`transport/thrift.ts`), so that it lasts for seven times as many.
 */

import { trimBlocks } from "../base/blocks.ts";
import type { Budget } from "../base/budget.ts";
import type { Spool, SpoolSupplies } from "../base/spool.ts";
import { smallExtentBytes, type SpoolStore } from "../base/spool-store.ts";
import type { Counters } from "../observe/counters.ts";
import { setThrift } from "../transport/thrift.ts";
import type { SpoolFile } from "./spool-file.ts";

/** The spool file, as far as it is not behind `SpoolStore`. */
type Store = SpoolStore &
  Pick<SpoolFile, "tick" | "close" | "resize" | "bytesUsed" | "bytesWritten" | "errors">;

/** Once a second. */
const ticksPerTrim = 10;

export type FeedCounts = Pick<Counters, "feedsBegun" | "feedsNow" | "answersFreed" | "savedMs">;

export interface SpoolParts {
  readonly memory: Budget;
  /** undefined: no file. */
  readonly store: Store | undefined;
  readonly nowMs: () => number;
  readonly counts: FeedCounts;
}

export class Spools implements SpoolSupplies {
  readonly memory: Budget;
  /** undefined: no file. */
  readonly store: Store | undefined;
  readonly counts: FeedCounts;
  readonly nowMs: () => number;
  readonly #live = new Set<Spool<unknown>>();
  #isThrifty = false;
  #ticksCount = 0;
  /** In the hands of sockets. */
  #chargedBytes = 0;

  constructor({ memory, store, nowMs, counts }: SpoolParts) {
    this.memory = memory;
    this.store = store;
    this.nowMs = nowMs;
    this.counts = counts;
  }

  /** At least what one small read brings, as long as anything is left. */
  get allowanceBytes(): number {
    const { bytesMax, bytesUsed } = this.memory;
    const share = (bytesMax / 2 - bytesUsed) / 4;
    return bytesUsed < bytesMax ? Math.max(smallExtentBytes, share) : 0;
  }

  /** Nothing is left: who comes now is refused. */
  get isExhausted(): boolean {
    return this.memory.bytesUsed >= this.memory.bytesMax;
  }

  /** A socket has so many bytes in its hands that nobody else can use. */
  charge(bytes: number): void {
    this.#chargedBytes += bytes;
    this.memory.take(bytes);
    this.#setThrift();
  }

  /** The same number that was charged. */
  discharge(bytes: number): void {
    this.#chargedBytes -= bytes;
    this.memory.give(bytes);
    this.#setThrift();
  }

  onSpoolBegun(spool: Spool<unknown>): void {
    this.#live.add(spool);
  }

  onSpoolGone(spool: Spool<unknown>): void {
    this.#live.delete(spool);
  }

  /** Allowances change without anybody being told: every 100 ms all are looked after. */
  tick(): void {
    this.#ticksCount += 1;
    if (this.#ticksCount % ticksPerTrim === 0) trimBlocks();
    this.#setThrift();
    for (const spool of this.#live) spool.look();
    this.store?.tick();
  }

  close(): void {
    this.store?.close();
  }

  #setThrift(): void {
    const { bytesMax, bytesUsed } = this.memory;
    const isThrifty = this.#chargedBytes > bytesMax / 8 || bytesUsed > bytesMax / 2;
    if (isThrifty === this.#isThrifty) return;
    this.#isThrifty = isThrifty;
    setThrift(isThrifty);
  }
}
