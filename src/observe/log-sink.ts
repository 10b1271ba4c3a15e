/**
 * Where log lines go, in such a way that nobody ever waits for them (threat 131).
 *
 *   pipe, terminal, socket   written at once, without blocking, in pieces of whole lines that a
 *   `PipeSink`               pipe takes whole or not at all (PIPE_BUF): workers' lines never mix
 *   file                     written by the thread pool, one write in flight: a disk may stall
 *   `FileSink`
 *
 * A pipe is never left to the thread pool: a write that blocks there holds one of its few threads,
 * and the process cannot exit before it ends (seen with a FIFO that nobody reads).
 *
 * What cannot be written now is kept, up to a bound, and tried again with the next flush: so no
 * line is torn, and a disk that was full goes on where it stopped.
 */

/**
 * A file that several workers write to takes the lines of one of them at a time: a disk that is
 * full may take the half of a line, and the other half has to come next.
 */
export interface WriteTurn {
  /** False: it is another's turn. Never waits. True as well if it is ours already. */
  take(): boolean;
  give(): void;
}

/** Of a file that nobody else writes to. */
export const alwaysOurs: WriteTurn = { take: () => true, give: () => undefined };

export interface LogSink {
  /** A batch is handed over when it has this many bytes. */
  readonly batchBytes: number;
  /** Lines that were taken and will never be written. */
  readonly droppedLines: number;
  /** What keeps it from writing (`ENOSPC`, `EAGAIN`); undefined while all is well. */
  readonly trouble: string | undefined;
  /**
   * Takes whole lines, all or none of them. They are the caller's again when this returns. Full, it
   * refuses without trying to write: that costs the caller nothing.
   */
  offer(lines: Buffer): boolean;
  /** Tries again to write what is left. */
  flush(): void;
  /**
   * Opens the same path anew, after the file was moved away, between two lines. If it cannot be
   * opened, the old file goes on, for lines in the wrong place are better than none.
   */
  reopen(onFailed: (error: unknown) => void): void;
  /**
   * The last tries, for less than a second where there is a reader; what is left is dropped. A
   * stalled disk may hold it up: limit the waiting.
   */
  close(): Promise<void>;
}

/** How much a sink keeps: with the batch that is being gathered, below one megabyte. */
export const backlogBytesMax: number = 900 * 1024;

/** Nobody will ever read what is written there: there is no sense in trying again. */
export function isLastingTrouble(code: string): boolean {
  return code === "EPIPE" || code === "EBADF";
}

export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
