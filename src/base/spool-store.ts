/** Where a spool puts bytes that its share of memory cannot hold: the face of its file half. */

/** A place in the store. */
export interface Extent {
  /** Offset in the file, in bytes. */
  readonly at: number;
  /** What it takes of the file and of the budget, in bytes: one of the two sizes. */
  readonly size: number;
  /** The bytes that were written there. */
  readonly length: number;
}

/** A body's bytes are stored in pieces of at most this size. */
export const extentBytesMax: number = 64 * 1024;

/** Or of this size, where memory is so scarce that larger pieces do not come together. */
export const smallExtentBytes: number = 16 * 1024;

/** Whoever waits for the store. Each call is answered exactly once, later than the call. */
export interface StoreClient {
  /** undefined: it could not be written, and is nowhere but in memory. */
  onStored(extent: Extent | undefined): void;
  /** False: it cannot be read any more. */
  onLoaded(isThere: boolean): void;
}

export interface SpoolStore {
  /** It has a place for one more extent, and has not failed a moment ago. */
  readonly isUsable: boolean;
  /** What one body may have there in all, in bytes: a share of what is free. */
  readonly allowanceBytes: number;
  /** `bytes` (at most 64 KB) must not change until the answer, which is `onStored`. */
  store(bytes: Buffer, client: StoreClient): void;
  /** Reads an extent to the begin of `into`, which is the store's until the answer (`onLoaded`). */
  load(extent: Extent, into: Buffer, client: StoreClient): void;
  /** The extent is no longer needed. Not while it is being loaded. */
  free(extent: Extent): void;
}
