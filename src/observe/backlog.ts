/** What a sink has taken and not yet written: copies of batches, bounded in bytes. */

const lineFeed = 0x0a;

export class Backlog {
  readonly #bytesMax: number;
  readonly #batches: Buffer[] = [];
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
    return this.#batches[0];
  }

  /** This many bytes of the first batch are written. */
  shift(bytes: number): void {
    const first = this.#batches[0];
    if (first === undefined) return;
    this.#bytes -= bytes;
    if (bytes === first.length) this.#batches.shift();
    else this.#batches[0] = first.subarray(bytes);
  }

  /** Gives all of it up, and says how many lines that were, one begun counting as one. */
  drop(): number {
    let lines = 0;
    for (const batch of this.#batches) lines += countLines(batch);
    this.#batches.length = 0;
    this.#bytes = 0;
    return lines;
  }
}

export function countLines(text: Buffer): number {
  let lines = 0;
  for (let at = text.indexOf(lineFeed); at !== -1; at = text.indexOf(lineFeed, at + 1)) lines += 1;
  return lines;
}
