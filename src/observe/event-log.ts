/**
 * The log of events. Whoever tells never waits: a line goes to a sink that does not block, and what
 * it has no room for is dropped and counted, as in the access log (threat 131).
 *
 *   tell ──▶ level ▶ pace ▶ (waiting for the writer) ▶ mask ▶ line ▶ sink
 *
 * The writer may come late: its library is imported when there is something to write and the
 * program is ready. What is told before is kept, with its time.
 */

import { EventPace } from "./event-pace.ts";
import type { WriteEvent } from "./event-lines.ts";
import { isAtLeast, troubleEvent, type FieldValue, type ProgramEvent } from "./events.ts";
import type { LogSink } from "./log-sink.ts";
import type { EventLevel } from "./options.ts";

/** Events that wait for the writer: a start has a few, one with a warning a route has many. */
const waitingMax = 1_000;

/** How often it is looked whether the sink has room again, in ms; only while there is a reason. */
const lookMs = 100;

export interface EventLogParts {
  readonly level: EventLevel;
  readonly wallMs: () => number;
  /** Takes out of a text what is secret. */
  readonly mask: (text: string) => string;
}

interface Waiting {
  readonly event: ProgramEvent;
  readonly timeMs: number;
}

export class EventLog {
  readonly #sink: LogSink;
  readonly #parts: EventLogParts;
  readonly #pace = new EventPace();
  #write: WriteEvent | undefined;
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** Events that did not fit. */
  #droppedHere = 0;
  /** What is less important is not told; it may change. */
  level: EventLevel;
  /** Of all that were dropped, those of which it was told. */
  #toldDropped = 0;

  constructor(sink: LogSink, parts: EventLogParts) {
    this.#sink = sink;
    this.#parts = parts;
    this.level = parts.level;
  }

  /** Lines that are lost, whether here or in the sink. */
  get droppedLines(): number {
    return this.#droppedHere + this.#sink.droppedLines;
  }

  /** Bound, so that it can be handed out alone. */
  readonly tell = (event: ProgramEvent): void => {
    if (!isAtLeast(event.level, this.level)) return;
    const timeMs = this.#parts.wallMs();
    if (this.#pace.mayTell(event, timeMs)) this.#put({ event, timeMs });
    this.#timer ??= setInterval(() => this.look(), lookMs).unref();
  };

  /** From now on it can be written. */
  begin(write: WriteEvent): void {
    this.#write = write;
    for (const waiting of this.#waiting.splice(0)) this.#put(waiting);
  }

  /** Called by itself while there is something to look for. */
  look(): void {
    const nowMs = this.#parts.wallMs();
    for (const event of this.#pace.look(nowMs)) this.#put({ event, timeMs: nowMs });
    this.#sink.flush();
    if (this.#sink.trouble === undefined) this.#tellLoss(nowMs);
    const isQuiet = !this.#pace.isCounting && this.#toldDropped === this.droppedLines;
    if (!isQuiet || this.#sink.trouble !== undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** After the file was moved away; the old one goes on if the new one cannot be had. */
  reopen(): void {
    this.#sink.flush();
    this.#sink.reopen((error) => {
      this.tell(troubleEvent("cannot reopen the log of events", error));
    });
  }

  /** Tells what was kept back, then `last`. Resolves when all is written, or cannot be. */
  async close(last?: ProgramEvent): Promise<void> {
    clearInterval(this.#timer);
    const timeMs = this.#parts.wallMs();
    for (const event of this.#pace.end()) this.#put({ event, timeMs });
    if (this.#sink.trouble === undefined) this.#tellLoss(timeMs);
    const isTold = last !== undefined && isAtLeast(last.level, this.level);
    if (isTold) this.#put({ event: last, timeMs });
    await this.#sink.close();
  }

  /** Only once it is written again: until then there is nowhere to say it. */
  #tellLoss(nowMs: number): void {
    const lost = this.droppedLines - this.#toldDropped;
    if (lost === 0) return;
    this.#toldDropped += lost;
    const message = `the log of events is written again: ${lost} lines were lost`;
    this.#put({ event: { level: "warn", message, fields: { lost } }, timeMs: nowMs });
  }

  #put(told: Waiting): void {
    if (this.#write === undefined) {
      if (this.#waiting.length < waitingMax) this.#waiting.push(told);
      else this.#droppedHere += 1;
      return;
    }
    const line = this.#write(this.#masked(told.event), told.timeMs);
    if (!this.#sink.offer(Buffer.from(line))) this.#droppedHere += 1;
  }

  #masked({ level, message, fields, error }: ProgramEvent): ProgramEvent {
    const { mask } = this.#parts;
    return {
      level,
      message: mask(message),
      ...(fields === undefined ? {} : { fields: maskedFields(fields, mask) }),
      ...(error === undefined ? {} : { error: maskedError(error, mask) }),
    };
  }
}

type Mask = EventLogParts["mask"];

function maskedFields(
  fields: Readonly<Record<string, FieldValue>>,
  mask: Mask,
): Record<string, FieldValue> {
  const masked = (value: FieldValue): FieldValue => {
    if (typeof value === "string") return mask(value);
    return typeof value === "object" ? value.map(mask) : value;
  };
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, masked(value)]));
}

/** A copy; where it was thrown is no secret, and looks like one (`file:///…/@types/…`). */
function maskedError(error: Error, mask: Mask): Error {
  const lines = (error.stack ?? error.message).split("\n");
  const stack = lines.map((line) => (/^\s+at /.test(line) ? line : mask(line))).join("\n");
  const { name } = error;
  return Object.assign(new Error(mask(error.message)), { name, stack });
}
