/** A store for spools, in memory: it answers when it is told to, and fails when it is told to. */

import assert from "node:assert/strict";

import type { Extent, SpoolStore, StoreClient } from "../../src/base/spool-store.ts";

export class FakeStore implements SpoolStore {
  isUsable = true;
  allowanceBytes = Infinity;
  readonly bytesUsed = 0;
  readonly bytesWritten = 0;
  readonly errors = 0;
  /** Calls to come that fail, counted from 1. */
  readonly failing: Set<number>;
  readonly #places = new Map<number, Buffer>();
  #waiting: (() => void)[] = [];
  #nextAt = 0;
  #calls = 0;

  constructor(failing: readonly number[] = []) {
    this.failing = new Set(failing);
  }

  resize(): void {}

  get extentCount(): number {
    return this.#places.size;
  }

  get waitingCount(): number {
    return this.#waiting.length;
  }

  store(bytes: Buffer, client: StoreClient): void {
    const seen = Buffer.from(bytes);
    const fails = this.#fails();
    this.#waiting.push(() => {
      assert.ok(bytes.equals(seen), "what is being stored does not change");
      if (fails) return client.onStored(undefined);
      const extent = { at: this.#nextAt++, size: 65_536, length: bytes.length };
      this.#places.set(extent.at, seen);
      client.onStored(extent);
    });
  }

  load(extent: Extent, into: Buffer, client: StoreClient): void {
    const fails = this.#fails();
    this.#waiting.push(() => {
      const place = this.#places.get(extent.at);
      assert.ok(place !== undefined, "what is loaded is there");
      // As a read that has begun does.
      into.fill(0xdb);
      if (!fails) place.copy(into);
      client.onLoaded(!fails);
    });
  }

  free(extent: Extent): void {
    assert.ok(this.#places.delete(extent.at), "what is freed was there");
  }

  /** Answers the oldest call; false: there is none. */
  answer(): boolean {
    const next = this.#waiting.shift();
    next?.();
    return next !== undefined;
  }

  tick(): void {}

  close(): void {}

  answerAll(): void {
    while (this.answer());
  }

  #fails(): boolean {
    this.#calls += 1;
    return this.failing.has(this.#calls);
  }
}
