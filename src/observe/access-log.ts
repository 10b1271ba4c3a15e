/**
 * The access log: lines are gathered in one buffer, and go to the sink in one piece when the buffer
 * is full or the worker's clock ticks.
 *
 * Serving never waits for it. If the sink is stuck or the disk full (threat 131), what is kept
 * stays below one megabyte; the lines beyond are dropped, and counted.
 */

import { writeAccessLine } from "./access-line.ts";
import { lineBytesMax, type AccessRecord, type WriteLine } from "./access-record.ts";
import type { LogSink } from "./log-sink.ts";
import { LogWatch } from "./log-watch.ts";
import { redactionDefaults } from "./options.ts";
import { Redaction } from "./redaction.ts";
import type { Selection } from "./selection.ts";

export interface AccessLogParts {
  /** By default JSON. */
  readonly writeLine?: WriteLine;
  readonly redaction?: Redaction;
  /** Names of request fields in lower case; by default none. */
  readonly fields?: readonly string[];
  /** By default every exchange is logged. */
  readonly selection?: Selection | undefined;
}

export class AccessLog {
  /** For whoever makes a record: what it asks before, masks with, and takes from the request. */
  readonly selection: Selection | undefined;
  readonly redaction: Redaction;
  readonly fields: readonly string[];
  readonly #sink: LogSink;
  readonly #writeLine: WriteLine;
  readonly #watch = new LogWatch();
  readonly #batch: Buffer;
  #length = 0;
  /** The batch is full, and the sink had no room for it. */
  #isStuck = false;
  #droppedLines = 0;

  constructor(sink: LogSink, parts: AccessLogParts = {}) {
    this.selection = parts.selection;
    this.redaction = parts.redaction ?? new Redaction(redactionDefaults);
    this.fields = parts.fields ?? [];
    this.#sink = sink;
    this.#writeLine = parts.writeLine ?? writeAccessLine;
    this.#batch = Buffer.allocUnsafeSlow(sink.batchBytes + lineBytesMax);
  }

  /** Lines that are lost, whether here or in a sink that came to its end. */
  get droppedLines(): number {
    return this.#droppedLines + this.#sink.droppedLines;
  }

  /** What has changed since the last look, at every tick: lines are lost, or no more. */
  lookForLoss(): string | undefined {
    return this.#watch.look(this.droppedLines, this.#sink.trouble);
  }

  write(record: AccessRecord): void {
    // To ask again costs little: a sink that is full says so without trying to write.
    if (this.#isStuck && !this.#offer()) {
      this.#droppedLines += 1;
      return;
    }
    // The line is ASCII, so its characters are its bytes.
    const line = this.#writeLine(record);
    this.#length += this.#batch.write(line, this.#length, "latin1");
    if (this.#length >= this.#sink.batchBytes) this.#offer();
  }

  /** To be called with every tick of the worker's clock. */
  flush(): void {
    this.#sink.flush();
    if (this.#length > 0) this.#offer();
  }

  /** After the file was moved away; the old one goes on if the new one cannot be had. */
  reopen(onFailed: (error: unknown) => void): void {
    // What came before the move is not late for the old file, if that can still be written.
    this.flush();
    this.#sink.reopen(onFailed);
  }

  /** Hands out what is left. Resolves when it is written, or cannot be. */
  async close(): Promise<void> {
    this.flush();
    await this.#sink.close();
  }

  #offer(): boolean {
    const taken = this.#sink.offer(this.#batch.subarray(0, this.#length));
    if (taken) this.#length = 0;
    this.#isStuck = this.#length >= this.#sink.batchBytes;
    return taken;
  }
}
