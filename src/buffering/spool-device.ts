/** What the spool file needs of a file system, so that tests can put a failing one in its place. */

import { close, constants, ftruncate, open, read, unlink, write } from "node:fs";

type Done<Value> = (error: Error | null, value: Value) => void;

export interface SpoolDevice {
  /** A new file for reading and writing, by nobody else. */
  open(path: string, done: Done<number>): void;
  unlink(path: string, done: (error: Error | null) => void): void;
  /** At offset `at` of the file; the number of bytes that were written. */
  write(file: number, bytes: Buffer, at: number, done: Done<number>): void;
  /** The number of bytes that were read; 0 at the file's end. */
  read(file: number, into: Buffer, at: number, done: Done<number>): void;
  truncate(file: number, bytes: number, done: (error: Error | null) => void): void;
  close(file: number, done: (error: Error | null) => void): void;
}

const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

export const spoolDevice: SpoolDevice = {
  open: (path, done) => open(path, flags, 0o600, done),
  unlink: (path, done) => unlink(path, done),
  write: (file, bytes, at, done) => write(file, bytes, 0, bytes.length, at, done),
  read: (file, into, at, done) => read(file, into, 0, into.length, at, done),
  truncate: (file, bytes, done) => ftruncate(file, bytes, done),
  close: (file, done) => close(file, done),
};
