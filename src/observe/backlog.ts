/** What a sink has taken and not yet written: copies of batches, bounded in bytes. */

const lineFeed = 0x0a;

export class Backlog {
  readonly #bytesMax: number;
  readonly #batches: Buffer[] = [];
  /** How much of the first batch is written. */
  #written = 0;
  /** What is to be written. */
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  fits(bytes: number): boolean {
    return this.#bytes + bytes <= this.#bytesMax;
  }

  push(lines: Buffer): void {
    if (lines.length === 0) return;
    this.#batches.push(Buffer.from(lines));
    this.#bytes += lines.length;
  }

  /** What is to be written next; it stays valid until it is shifted out. */
  first(): Buffer | undefined {
    return this.#written === 0 ? this.#batches[0] : this.#batches[0]?.subarray(this.#written);
  }

  /** This many bytes of the first batch are written. */
  shift(bytes: number): void {
    const first = this.#batches[0];
    if (first === undefined) return;
    this.#bytes -= bytes;
    this.#written += bytes;
    if (this.#written < first.length) return;
    this.#batches.shift();
    this.#written = 0;
  }

  /** A line was begun and is not written to its end. */
  get isInsideLine(): boolean {
    return this.#written > 0 && this.#batches[0]?.[this.#written - 1] !== lineFeed;
  }

  /** The line that was begun is to be written once more, from its start: in another file. */
  restartLine(): void {
    const first = this.#batches[0];
    if (first === undefined || this.#written === 0) return;
    const lineStart = first.lastIndexOf(lineFeed, this.#written - 1) + 1;
    this.#bytes += this.#written - lineStart;
    this.#written = lineStart;
  }

  /** Gives all of it up, and says how many lines that were, one begun counting as one. */
  drop(): number {
    let lines = 0;
    for (const batch of this.#batches) lines += countLines(batch);
    const first = this.#batches[0];
    if (first !== undefined) lines -= countLines(first.subarray(0, this.#written));
    this.#batches.length = 0;
    this.#written = 0;
    this.#bytes = 0;
    return lines;
  }
}

export function countLines(text: Buffer): number {
  let lines = 0;
  for (let at = text.indexOf(lineFeed); at !== -1; at = text.indexOf(lineFeed, at + 1)) lines += 1;
  return lines;
}
