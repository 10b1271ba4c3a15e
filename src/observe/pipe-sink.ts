/** The sink for what can be written without blocking: a pipe, a terminal, a socket. */

import { setTimeout as delay } from "node:timers/promises";

import { Backlog, countLines } from "./backlog.ts";
import type { LogDevice } from "./log-device.ts";
import { backlogBytesMax, codeOf, isLastingTrouble, type LogSink } from "./log-sink.ts";

/** What a pipe takes whole or not at all (PIPE_BUF on Linux). */
const pieceBytesMax = 4096;

/** At the end, a reader who is late gets so many more chances, one every so many ms. */
const lastTriesMax = 40;
const lastTryMs = 20;

const lineFeed = 0x0a;

export class PipeSink implements LogSink {
  /** Half of what a pipe holds: a reader who is not too late makes room for the next one. */
  readonly batchBytes: number = 32 * 1024;
  readonly #device: LogDevice;
  readonly #backlog = new Backlog(backlogBytesMax);
  #file: number;
  #isStopped = false;
  #droppedLines = 0;
  #trouble: string | undefined;

  constructor(device: LogDevice, file: number) {
    this.#device = device;
    this.#file = file;
  }

  get droppedLines(): number {
    return this.#droppedLines;
  }

  get trouble(): string | undefined {
    return this.#trouble;
  }

  offer(lines: Buffer): boolean {
    if (!this.#backlog.fits(lines.length)) return false;
    this.flush();
    const written = this.#backlog.first() === undefined ? this.#write(lines) : 0;
    if (this.#isStopped) this.#droppedLines += countLines(lines.subarray(written));
    else this.#backlog.push(lines.subarray(written));
    return true;
  }

  flush(): void {
    for (let first = this.#backlog.first(); first !== undefined; first = this.#backlog.first()) {
      const written = this.#write(first);
      this.#backlog.shift(written);
      if (this.#isStopped) this.#droppedLines += this.#backlog.drop();
      if (written < first.length) return;
    }
  }

  reopen(onFailed: (error: unknown) => void): void {
    try {
      const file = this.#device.open();
      this.#device.close(this.#file);
      this.#file = file;
      this.#isStopped = false;
    } catch (error) {
      onFailed(error);
    }
  }

  async close(): Promise<void> {
    this.flush();
    for (let tries = 0; this.#backlog.first() !== undefined && tries < lastTriesMax; tries++) {
      await delay(lastTryMs);
      this.flush();
    }
    this.#droppedLines += this.#backlog.drop();
    this.#isStopped = true;
    this.#device.close(this.#file);
  }

  /** Writes line by line as much as goes now, and says how many bytes that was. */
  #write(lines: Buffer): number {
    let at = 0;
    while (at < lines.length && !this.#isStopped) {
      const piece = lines.subarray(at, pieceEnd(lines, at));
      const written = this.#writePiece(piece);
      at += written;
      if (written < piece.length) break;
    }
    return at;
  }

  #writePiece(piece: Buffer): number {
    try {
      const written = this.#device.writeNow(this.#file, piece);
      this.#trouble = undefined;
      return written;
    } catch (error) {
      this.#trouble = codeOf(error);
      this.#isStopped = isLastingTrouble(this.#trouble);
      return 0;
    }
  }
}

/** The end of the last line that ends within one piece. */
function pieceEnd(lines: Buffer, start: number): number {
  if (lines.length - start <= pieceBytesMax) return lines.length;
  const end = lines.lastIndexOf(lineFeed, start + pieceBytesMax - 1) + 1;
  return end > start ? end : start + pieceBytesMax;
}
