/**
 * A budget of bytes that many share, and workers too: each counts what it has taken in a cell of
 * its own, and whoever wants to know how much is used adds them up. No lock, and when a worker dies
 * its cell is set to zero.
 *
 * How much one may have depends on what is free, not on how many ask (the dynamic threshold of
 * Choudhury and Hahne, 1998): as more ask, less is free, and each one's allowance shrinks by
 * itself. Something always stays free, so that whoever comes last gets as much as all others.
 */

/** Cells count in units of so many bytes: 2 TiB fit. */
const unitBytes = 1024;

export class Budget {
  bytesMax: number;
  readonly #cells: Int32Array;
  readonly #own: number;

  /** `cells` has a cell for each worker, over shared memory if there are several; `own` is ours. */
  constructor(bytesMax: number, cells: Int32Array = new Int32Array(1), own = 0) {
    this.bytesMax = bytesMax;
    this.#cells = cells;
    this.#own = own;
  }

  /** By all workers. */
  get bytesUsed(): number {
    const cells = this.#cells;
    let units = 0;
    for (let at = 0; at < cells.length; at++) units += Atomics.load(cells, at);
    return units * unitBytes;
  }

  get bytesFree(): number {
    return Math.max(0, this.bytesMax - this.bytesUsed);
  }

  /** May exceed the budget: whoever can still refuse asks first. Counts whole KiB. */
  take(bytes: number): void {
    Atomics.add(this.#cells, this.#own, Math.ceil(bytes / unitBytes));
  }

  /** The same number that was taken. */
  give(bytes: number): void {
    Atomics.sub(this.#cells, this.#own, Math.ceil(bytes / unitBytes));
  }
}
