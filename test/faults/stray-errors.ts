/**
 * Catches what escapes: a promise that rejects nowhere, an exception that leaves a callback. Either
 * is a bug, whichever test was running when it happened.
 */

import assert from "node:assert/strict";

export class StrayErrors {
  readonly #found: string[] = [];

  /** Listens from now on, for as long as the process lives. */
  constructor() {
    process.on("unhandledRejection", (reason) => this.#add("a rejection nobody handles", reason));
    process.on("uncaughtException", (error) => this.#add("an exception nobody catches", error));
  }

  #add(what: string, error: unknown): void {
    this.#found.push(`${what}: ${error instanceof Error ? error.stack : String(error)}`);
  }

  /** What was found since the last time. */
  take(): readonly string[] {
    return this.#found.splice(0);
  }

  assertNone(): void {
    assert.deepEqual(this.take(), []);
  }
}
