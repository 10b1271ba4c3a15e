/** What spools share, for tests: any allowance, and a store that takes its time. */

import { Budget } from "../../src/base/budget.ts";
import type { SpoolSupplies } from "../../src/base/spool.ts";
import { FakeStore } from "../support/fake-store.ts";

export class Supplies implements SpoolSupplies {
  readonly memory = new Budget(10_000_000);
  readonly store: FakeStore;
  allowanceBytes: number;
  readonly live = new Set<unknown>();

  constructor(allowanceBytes = 1_000_000, store = new FakeStore()) {
    this.allowanceBytes = allowanceBytes;
    this.store = store;
  }

  onSpoolBegun(spool: unknown): void {
    this.live.add(spool);
  }

  onSpoolGone(spool: unknown): void {
    this.live.delete(spool);
  }
}
