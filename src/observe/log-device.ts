/**
 * The files under log sinks, opened in such a way that no write to a pipe can block.
 *
 * Standard output and standard error are opened anew, in non-blocking mode: setting that mode on
 * the descriptor that we were given would set it for everybody who shares it, such as the shell.
 */

import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  statSync,
  write as writeAsync,
  writeSync,
} from "node:fs";

export type WriteDone = (error: NodeJS.ErrnoException | null, written: number) => void;

/** What sinks need of the machine; a test passes a disk that is full. */
export interface LogDevice {
  /** Throws what `openSync` throws. */
  open(): number;
  /** Both are open on one file: it was not moved away. */
  areSame(file: number, other: number): boolean;
  close(file: number): void;
  /** For what never blocks: throws EAGAIN instead. */
  writeNow(file: number, bytes: Buffer): number;
  /** `bytes` stay as they are until `done` is called. */
  write(file: number, bytes: Buffer, done: WriteDone): void;
}

/** Standard output and standard error, by their descriptors. */
export type StandardStream = 1 | 2;

const append = constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK;

/** Logs tell who called what: nobody but the owner and the group reads them. */
const fileMode = 0o640;

export function deviceOfFile(path: string): LogDevice {
  return deviceOf(() =>
    openSync(path, isPipeAt(path) ? pipeFlags : append | constants.O_CREAT, fileMode),
  );
}

export function deviceOfStream(stream: StandardStream): LogDevice {
  return deviceOf(() => openStream(stream));
}

/** A regular file: it never says EAGAIN, and a write to it may take as long as its disk likes. */
export function isRegularFile(file: number): boolean {
  return fstatSync(file).isFile();
}

function deviceOf(open: () => number): LogDevice {
  return {
    open,
    areSame: (file, other) => {
      const [one, two] = [fstatSync(file), fstatSync(other)];
      return one.dev === two.dev && one.ino === two.ino;
    },
    close: (file) => {
      if (file > 2) closeSync(file);
    },
    writeNow: (file, bytes) => writeSync(file, bytes, 0, bytes.length, null),
    write: (file, bytes, done) => writeAsync(file, bytes, 0, bytes.length, null, done),
  };
}

/** A FIFO that nobody reads yet cannot be opened for writing alone without waiting for a reader. */
const pipeFlags = constants.O_RDWR | constants.O_NONBLOCK;

function isPipeAt(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFIFO() === true;
}

function openStream(stream: StandardStream): number {
  const stats = fstatSync(stream);
  if (stats.isFile()) return stream;
  if (!stats.isSocket()) {
    try {
      return openSync(`/proc/self/fd/${stream}`, append | constants.O_NOCTTY);
    } catch {
      // Not Linux, or it belongs to another user: the descriptor that we were given has to do.
    }
  }
  // A socket cannot be opened anew; but when Node makes the stream, it sets the mode.
  void (stream === 1 ? process.stdout : process.stderr);
  return stream;
}
