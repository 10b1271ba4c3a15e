/** The spools of one worker, with what the machine has to give. */

import { Budget } from "../base/budget.ts";
import { machineMemoryBytes } from "./machine-memory.ts";
import type { BufferOptions } from "./options.ts";
import { SpoolFile } from "./spool-file.ts";
import { Spools, type FeedCounts } from "./spools.ts";

const mebibyte = 1024 * 1024;

/** Where the config says nothing: an eighth of the memory, within these bounds, in bytes. */
const memoryPart = 8;
const memoryBytesMin = 32 * mebibyte;
const memoryBytesMax = 256 * mebibyte;

/** A cell for each worker, and which of them is whose. */
export interface SpoolBudgets {
  readonly memory: Int32Array;
  readonly disk: Int32Array;
  readonly own: number;
}

export interface SpoolSurroundings {
  readonly nowMs: () => number;
  readonly onTrouble: (what: string, error: unknown) => void;
  readonly counts: FeedCounts;
  /** undefined: there is only one worker. */
  readonly budgets?: SpoolBudgets | undefined;
}

export function openSpools(options: BufferOptions, around: SpoolSurroundings): Spools {
  const { nowMs, onTrouble, counts, budgets } = around;
  const { diskBytesMax, directory } = options;
  const budget = new Budget(diskBytesMax, budgets?.disk, budgets?.own);
  // It is made when it is used, and without a budget it never is.
  const file = new SpoolFile({ directory, budget, nowMs, onTrouble });
  const memory = new Budget(memoryBytesOf(options), budgets?.memory, budgets?.own);
  return new Spools({ memory, store: file, nowMs, counts });
}

/** From now on there is so much room; what waits already stays. */
export function resizeSpools(spools: Spools, options: BufferOptions): void {
  spools.memory.bytesMax = memoryBytesOf(options);
  spools.store?.resize(options.diskBytesMax);
}

/** In memory, for bodies that wait. */
export function memoryBytesOf({ memoryBytesMax: bytesMax }: BufferOptions): number {
  return bytesMax ?? usualMemoryBytes();
}

function usualMemoryBytes(): number {
  return Math.min(Math.max(machineMemoryBytes() / memoryPart, memoryBytesMin), memoryBytesMax);
}
