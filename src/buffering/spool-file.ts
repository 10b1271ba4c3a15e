/**
 * The spool's file half: one file for a worker, which has no name once it is open and is gone with
 * the program.
 *
 *   store ──▶ waiting ──▶ write ──▶ onStored      at most two calls at a time, loads first
 *   load  ──▶ waiting ──▶ read  ──▶ onLoaded
 *
 * Nothing here waits for a disk: all calls are asynchronous, and few, since the threads that make
 * them also resolve names. A write that fails loses nothing, for the bytes are still in memory; the
 * file is then left alone for a while. A read that fails is tried once more.
 */

import { randomBytes } from "node:crypto";
import { join } from "node:path";

import type { Budget } from "../base/budget.ts";
import {
  extentBytesMax,
  smallExtentBytes,
  type Extent,
  type SpoolStore,
  type StoreClient,
} from "../base/spool-store.ts";
import { Extents } from "./extents.ts";
import { spoolDevice, type SpoolDevice } from "./spool-device.ts";

/** How long the file is left alone after it failed, in ms. */
const restMs = 10_000;

/** How many calls to the file run at a time. */
const callsMax = 2;

export interface SpoolFileOptions {
  readonly directory: string;
  readonly budget: Budget;
  readonly nowMs: () => number;
  readonly onTrouble: (what: string, error: unknown) => void;
  /** By default the machine's. */
  readonly device?: SpoolDevice;
}

interface Store {
  readonly bytes: Buffer;
  readonly client: StoreClient;
}

interface Load {
  readonly extent: Extent;
  readonly into: Buffer;
  readonly client: StoreClient;
  readonly isSecond: boolean;
}

export class SpoolFile implements SpoolStore {
  /** All that was ever written. */
  bytesWritten = 0;
  /** Calls that failed. */
  errors = 0;
  readonly #options: SpoolFileOptions;
  readonly #device: SpoolDevice;
  readonly #extents = new Extents();
  #stores: Store[] = [];
  #loads: Load[] = [];
  #file: number | undefined;
  #isOpening = false;
  /** Until it is done nothing is written: what is written at the begin would be cut off. */
  #isCutting = false;
  #runningCount = 0;
  #usableFromMs = -Infinity;
  #isTroubled = false;
  /** So long the file was when it was last looked at. */
  #fileBytes = 0;
  #isClosed = false;

  constructor(options: SpoolFileOptions) {
    this.#options = options;
    this.#device = options.device ?? spoolDevice;
  }

  /** So much it may take from now on. */
  resize(bytesMax: number): void {
    this.#options.budget.bytesMax = bytesMax;
  }

  get isUsable(): boolean {
    const { budget, nowMs } = this.#options;
    if (this.#isClosed || budget.bytesFree < extentBytesMax) return false;
    return nowMs() >= this.#usableFromMs;
  }

  get allowanceBytes(): number {
    return this.#options.budget.bytesFree / 2;
  }

  /** What is taken of the file now, in bytes. */
  get bytesUsed(): number {
    return this.#extents.bytesUsed;
  }

  store(bytes: Buffer, client: StoreClient): void {
    this.#stores.push({ bytes, client });
    this.#runSoon();
  }

  load(extent: Extent, into: Buffer, client: StoreClient): void {
    this.#loads.push({ extent, into, client, isSecond: false });
    this.#runSoon();
  }

  free({ at, size }: Extent): void {
    this.#extents.give(at, size);
    this.#options.budget.give(size);
  }

  /** A file that nobody uses any more gives its blocks back. */
  tick(): void {
    const file = this.#file;
    const isIdle = this.#runningCount === 0 && this.#extents.bytesUsed === 0;
    if (file === undefined || !isIdle || this.#fileBytes === 0 || this.#isCutting) return;
    this.#fileBytes = 0;
    this.#isCutting = true;
    this.#device.truncate(file, 0, (error) => {
      this.#isCutting = false;
      if (error !== null) this.#noteTrouble(error);
      this.#run();
    });
  }

  /** What is still to be stored is not; what is still to be loaded is lost. */
  close(): void {
    this.#isClosed = true;
    this.#runSoon();
  }

  /** Not at once: an answer never comes before its call has returned. */
  #runSoon(): void {
    setImmediate(() => this.#run());
  }

  #run(): void {
    if (this.#isCutting) return;
    if (this.#isClosed) return this.#giveUp();
    while (this.#runningCount < callsMax && this.#hasWork) {
      if (this.#file === undefined) return this.#open();
      this.#runNext(this.#file);
    }
  }

  get #hasWork(): boolean {
    return this.#loads.length + this.#stores.length > 0;
  }

  #runNext(file: number): void {
    const load = this.#loads.shift();
    if (load !== undefined) return this.#read(file, load, 0);
    const store = this.#stores.shift();
    if (store !== undefined) this.#write(file, store);
  }

  #open(): void {
    if (this.#isOpening) return;
    if (!this.isUsable) return this.#refuseStores();
    this.#isOpening = true;
    const name = `foregate-spool-${randomBytes(8).toString("hex")}`;
    const path = join(this.#options.directory, name);
    this.#device.open(path, (error, file) => {
      if (error !== null) {
        this.#isOpening = false;
        this.#fail(error);
        return this.#refuseStores();
      }
      this.#device.unlink(path, (unlinkError) => {
        this.#isOpening = false;
        if (unlinkError !== null) this.#noteTrouble(unlinkError);
        this.#file = file;
        this.#run();
      });
    });
  }

  #write(file: number, store: Store): void {
    const { length } = store.bytes;
    const size = length <= smallExtentBytes ? smallExtentBytes : extentBytesMax;
    this.#options.budget.take(size);
    const at = this.#extents.take(size);
    this.#fileBytes = Math.max(this.#fileBytes, at + size);
    this.#runningCount += 1;
    this.#writeFrom(file, store, { at, size, length }, 0);
  }

  #writeFrom(file: number, store: Store, extent: Extent, from: number): void {
    this.#device.write(file, store.bytes.subarray(from), extent.at + from, (error, bytes) => {
      if (error !== null || bytes <= 0) {
        this.free(extent);
        this.#fail(error ?? new Error("the file takes no more"));
        return this.#end(() => store.client.onStored(undefined));
      }
      this.bytesWritten += bytes;
      const until = from + bytes;
      if (until < extent.length) return this.#writeFrom(file, store, extent, until);
      this.#isWell();
      this.#end(() => store.client.onStored(extent));
    });
  }

  #read(file: number, load: Load, from: number): void {
    const { extent, into } = load;
    if (from === 0) this.#runningCount += 1;
    this.#device.read(
      file,
      into.subarray(from, extent.length),
      extent.at + from,
      (error, bytes) => {
        if (error !== null || bytes <= 0) return this.#readFailed(load, error);
        const until = from + bytes;
        if (until < extent.length) this.#read(file, load, until);
        else this.#end(() => load.client.onLoaded(true));
      },
    );
  }

  /** A file that is shorter than it was has failed, too: nobody gets zeros for bytes. */
  #readFailed(load: Load, error: Error | null): void {
    this.#fail(error ?? new Error("the file is shorter than it was"));
    if (load.isSecond) return this.#end(() => load.client.onLoaded(false));
    this.#loads.unshift({ ...load, isSecond: true });
    this.#end(() => {});
  }

  /** A call is over. */
  #end(tell: () => void): void {
    this.#runningCount -= 1;
    try {
      tell();
    } finally {
      this.#run();
    }
  }

  /** The file cannot be had: whoever waits to store goes on without it. */
  #refuseStores(): void {
    const stores = this.#stores;
    this.#stores = [];
    for (const { client } of stores) client.onStored(undefined);
  }

  #giveUp(): void {
    this.#refuseStores();
    const loads = this.#loads;
    this.#loads = [];
    for (const { client } of loads) client.onLoaded(false);
    const file = this.#file;
    if (file === undefined || this.#runningCount > 0) return;
    this.#file = undefined;
    this.#device.close(file, (error) => {
      if (error !== null) this.#noteTrouble(error);
    });
  }

  #fail(error: Error): void {
    this.errors += 1;
    this.#usableFromMs = this.#options.nowMs() + restMs;
    if (this.#isTroubled) return;
    this.#isTroubled = true;
    this.#noteTrouble(error);
  }

  #isWell(): void {
    if (!this.#isTroubled || !this.isUsable) return;
    this.#isTroubled = false;
    const { directory, onTrouble } = this.#options;
    onTrouble("the spool file", `it can be written in ${directory} again`);
  }

  #noteTrouble(error: Error): void {
    const { directory, onTrouble } = this.#options;
    const what = `the spool file in ${directory}: slow clients may hold their upstreams longer`;
    onTrouble(what, error);
  }
}
