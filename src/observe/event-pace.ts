/**
 * Keeps an event that repeats from filling the log: of those with one message so many are told in a
 * span of time, and of the others how many there were. A bug in each exchange is one of them.
 */

import type { ProgramEvent } from "./events.ts";

/** Of one message, in one span. */
const toldMax = 10;
const spanMs = 10_000;

/** Messages that are counted at once: further ones are told without being counted. */
const messagesMax = 1_000;

interface Count {
  readonly event: ProgramEvent;
  readonly endsMs: number;
  told: number;
  kept: number;
}

export class EventPace {
  readonly #counts = new Map<string, Count>();

  /** False: it is kept back, and counted. */
  mayTell(event: ProgramEvent, nowMs: number): boolean {
    const count = this.#counts.get(event.message);
    if (count === undefined) {
      if (this.#counts.size >= messagesMax) return true;
      const fresh = { event, endsMs: nowMs + spanMs, told: 1, kept: 0 };
      this.#counts.set(event.message, fresh);
      return true;
    }
    if (count.told < toldMax) count.told += 1;
    else count.kept += 1;
    return count.kept === 0;
  }

  /** Whether there is anything to look for. */
  get isCounting(): boolean {
    return this.#counts.size > 0;
  }

  /** What is to be told of those whose span is over by then. */
  *look(nowMs: number): Generator<ProgramEvent> {
    for (const [message, { event, endsMs, kept }] of this.#counts) {
      if (nowMs < endsMs) continue;
      this.#counts.delete(message);
      if (kept > 0) yield repeated(event, kept, ` in ${spanMs / 1_000} s`);
    }
  }

  /** What is to be told since nothing more will come. */
  *end(): Generator<ProgramEvent> {
    for (const { event, kept } of this.#counts.values()) {
      if (kept > 0) yield repeated(event, kept, "");
    }
    this.#counts.clear();
  }
}

function repeated({ level, message }: ProgramEvent, times: number, span: string): ProgramEvent {
  return { level, message: `${times} more${span}: ${message}`, fields: { times } };
}
