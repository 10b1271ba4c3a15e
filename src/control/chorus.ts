/**
 * What several workers see, they all tell: of that the first is heard, and those who say the same
 * after it are not.
 */

import type { ProgramEvent } from "../observe/events.ts";

/** For so long after one worker has told it, the same of another is nothing new, in ms. */
const echoMs = 10_000;

/** So much is remembered: beyond it, everything is news. */
const rememberedMax = 1_000;

interface Told {
  readonly slot: number;
  readonly atMs: number;
}

export class Chorus {
  /** What was told of each upstream last. */
  readonly #ofUpstreams = new Map<string, string>();
  readonly #told = new Map<string, Told>();

  /** Whether somebody wants to hear it; then it has been told. */
  isNews(slot: number, event: ProgramEvent, nowMs: number): boolean {
    const { message, fields } = event;
    const upstream = fields?.["upstream"];
    if (typeof upstream === "string") return this.#isNewsOf(upstream, message);
    const key = JSON.stringify([message, fields]);
    const told = this.#told.get(key);
    // A worker that repeats itself has a reason: only others are its echo.
    if (told !== undefined && told.slot !== slot && nowMs - told.atMs < echoMs) return false;
    if (this.#told.size >= rememberedMax) this.#told.clear();
    this.#told.set(key, { slot, atMs: nowMs });
    return true;
  }

  #isNewsOf(upstream: string, message: string): boolean {
    if (this.#ofUpstreams.get(upstream) === message) return false;
    if (this.#ofUpstreams.size >= rememberedMax) this.#ofUpstreams.clear();
    this.#ofUpstreams.set(upstream, message);
    return true;
  }
}
