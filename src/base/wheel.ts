/**
 * The coarse deadline wheel: one per worker instead of a timer per exchange.
 *
 *   watch(entry)   files it in the slot of its deadline        ┌─┬─┬─┬─┬─┬─┐
 *   advance(now)   looks into every slot that has passed ────▶ │ │ │▒│ │ │ │
 *                                                              └─┴─┴─┴─┴─┴─┘
 *
 * The wheel looks lazily. A deadline that moves later (nearly all do: each byte moves one) costs a
 * comparison: the entry stays where it is filed, and is filed again only when the wheel looks at it
 * there. `setTimeout` with `clearTimeout` costs 0.94 µs; this costs 2 ns. In return an entry fires
 * up to one tick late. Slots are sets, so that an entry that is forgotten is gone at once: closed
 * connections must not stay in memory until their deadlines.
 */

import { assert } from "./assert.ts";

export interface Timed {
  /** When `onDeadline` is due; Infinity: never. Call `watch` after setting it. */
  deadlineMs: number;
  /** The wheel's own: when it looks at this entry. Start it as `unwatched`. */
  lookMs: number;
  /** The deadline has passed. It is watched no more, until `watch` is called again. */
  onDeadline(nowMs: number): void;
}

/** `lookMs` of an entry that is in no wheel. */
export const unwatched: number = Infinity;

/** With ticks of 100 ms: 102 s, more than all timeouts but a tunnel's, looked at on the way. */
const slotCount = 1024;
const slotMask = slotCount - 1;

export class Wheel {
  readonly #tickMs: number;
  readonly #slots: Set<Timed>[] = Array.from({ length: slotCount }, () => new Set<Timed>());
  /** Every slot up to this tick has been looked at. */
  #tick: number;
  /** The entries of the slot that is being looked at; between sweeps empty, and the next spare. */
  #sweeping = new Set<Timed>();
  #isAdvancing = false;
  #size = 0;

  constructor(nowMs: number, tickMs = 100) {
    this.#tickMs = tickMs;
    this.#tick = Math.floor(nowMs / tickMs);
  }

  /** How many entries are watched. */
  get size(): number {
    return this.#size;
  }

  /** To be called after `deadlineMs` was set, however it moved. */
  watch(entry: Timed): void {
    if (entry.lookMs <= entry.deadlineMs) return;
    this.#remove(entry);
    this.#file(entry);
  }

  /** Harmless if it is not watched. */
  forget(entry: Timed): void {
    this.#remove(entry);
  }

  /**
   * Calls `onDeadline` of all whose deadline has passed. What they throw is thrown after all have
   * been called, so that one entry's fault never hurts another; several as an AggregateError.
   */
  advance(nowMs: number): void {
    const tick = Math.floor(nowMs / this.#tickMs);
    if (tick <= this.#tick) return;
    assert(!this.#isAdvancing, "the wheel does not turn while it turns");
    const errors: unknown[] = [];
    const first = Math.max(this.#tick + 1, tick - slotCount + 1);
    // What is filed from now on goes beyond `tick`, never into a slot still to be looked at.
    this.#tick = tick;
    this.#isAdvancing = true;
    for (let at = first; at <= tick; at++) this.#sweep(at & slotMask, nowMs, errors);
    this.#isAdvancing = false;
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, "Several deadlines failed");
  }

  #sweep(slot: number, nowMs: number, errors: unknown[]): void {
    const entries = this.#slots[slot]!;
    if (entries.size === 0) return;
    this.#slots[slot] = this.#sweeping;
    this.#sweeping = entries;
    for (const entry of entries) {
      entries.delete(entry);
      this.#size -= 1;
      entry.lookMs = unwatched;
      if (entry.deadlineMs > nowMs) {
        if (entry.deadlineMs !== Infinity) this.#file(entry);
        continue;
      }
      try {
        entry.onDeadline(nowMs);
      } catch (error) {
        errors.push(error);
      }
    }
  }

  /** Beyond the horizon it is filed at the horizon, and looked at again there. */
  #file(entry: Timed): void {
    const deadlineMs = entry.deadlineMs;
    assert(deadlineMs > -Infinity, "a deadline is a number");
    const horizonMs = (this.#tick + slotMask) * this.#tickMs;
    // One that has passed already is looked at with the next tick: `watch` never calls out.
    const earliestMs = (this.#tick + 1) * this.#tickMs;
    entry.lookMs = Math.min(Math.max(deadlineMs, earliestMs), horizonMs);
    this.#slotOf(entry).add(entry);
    this.#size += 1;
  }

  #remove(entry: Timed): void {
    if (entry.lookMs === unwatched) return;
    const found = this.#slotOf(entry).delete(entry) || this.#sweeping.delete(entry);
    assert(found, "only the wheel writes lookMs");
    entry.lookMs = unwatched;
    this.#size -= 1;
  }

  #slotOf(entry: Timed): Set<Timed> {
    return this.#slots[Math.ceil(entry.lookMs / this.#tickMs) & slotMask]!;
  }
}
