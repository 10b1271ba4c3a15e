/**
 * The access log: lines are gathered in one buffer, and go to the sink in one piece when the buffer
 * is full or the worker's clock ticks.
 *
 * Serving never waits for it. If the sink is stuck or the disk full (threat 131), what is kept
 * stays below one megabyte; the lines beyond are dropped, and counted.
 */

import { lineBytesMax, writeAccessLine, type AccessRecord } from "./access-line.ts";
import type { LogSink } from "./log-sink.ts";

export class AccessLog {
  readonly #sink: LogSink;
  readonly #batch: Buffer;
  #length = 0;
  /** The batch is full, and the sink had no room for it. */
  #isStuck = false;
  #droppedLines = 0;

  constructor(sink: LogSink) {
    this.#sink = sink;
    this.#batch = Buffer.allocUnsafeSlow(sink.batchBytes + lineBytesMax);
  }

  /** Lines that are lost, whether here or in a sink that came to its end. */
  get droppedLines(): number {
    return this.#droppedLines + this.#sink.droppedLines;
  }

  write(record: AccessRecord): void {
    // To ask again costs little: a sink that is full says so without trying to write.
    if (this.#isStuck && !this.#offer()) {
      this.#droppedLines += 1;
      return;
    }
    // The line is ASCII, so its characters are its bytes.
    const line = writeAccessLine(record);
    this.#length += this.#batch.write(line, this.#length, "latin1");
    if (this.#length >= this.#sink.batchBytes) this.#offer();
  }

  /** To be called with every tick of the worker's clock. */
  flush(): void {
    this.#sink.flush();
    if (this.#length > 0) this.#offer();
  }

  /** After the files were moved away. */
  reopen(): void {
    this.#sink.reopen();
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
