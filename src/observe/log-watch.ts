/**
 * Tells the operator when lines of a log begin to be lost, and when that is over: once for each
 * change, not for each line. What the log cannot say itself must be said elsewhere.
 */

/** That many looks without a loss in a row, and it is over; the worker looks every 100 ms. */
const quietLooks = 20;

export class LogWatch {
  #droppedLines = 0;
  #isLosing = false;
  #lostBefore = 0;
  #quiet = 0;

  /** What has changed since the last look; undefined: nothing. */
  look(droppedLines: number, trouble: string | undefined): string | undefined {
    const isLosing = droppedLines > this.#droppedLines;
    const before = this.#droppedLines;
    this.#droppedLines = droppedLines;
    if (isLosing) {
      this.#quiet = 0;
      if (this.#isLosing) return undefined;
      this.#isLosing = true;
      this.#lostBefore = before;
      return `loses lines: it cannot be written (${trouble ?? "it is too slow"})`;
    }
    if (!this.#isLosing || trouble !== undefined) return undefined;
    this.#quiet += 1;
    if (this.#quiet < quietLooks) return undefined;
    this.#isLosing = false;
    return `is written again: ${droppedLines - this.#lostBefore} lines were lost`;
  }
}
