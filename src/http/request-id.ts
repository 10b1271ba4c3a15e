/**
 * Request ids: `1a2b3c4d5e6f7g-0000001x`. A prefix of 64 random bits, drawn once by each worker,
 * and a counter: unique across workers and restarts without a draw for each request, and ids of one
 * worker sort by age. They name a request in logs and error answers; they are no secret.
 */

import { assert } from "../base/assert.ts";

const word = 2 ** 32;
const blockSize = 36 ** 2;
/** The counter's last two digits, made beforehand: an id then costs one concatenation. */
const lastDigits: readonly string[] = Array.from({ length: blockSize }, (_, at) =>
  at.toString(36).padStart(2, "0"),
);

export class RequestIds {
  readonly #prefix: string;
  #block = 0;
  #blockPrefix: string;
  #inBlock = 0;

  /** Two random numbers from 0 up to 2^32. */
  constructor(high: number, low: number) {
    assert(high >= 0 && high < word && low >= 0 && low < word, "a prefix is two words of 32 bits");
    this.#prefix = `${base36(high, 7)}${base36(low, 7)}-`;
    this.#blockPrefix = this.#prefix + base36(0, 6);
  }

  next(): string {
    const at = this.#inBlock;
    if (at === blockSize) return this.#nextBlock();
    this.#inBlock = at + 1;
    return this.#blockPrefix + lastDigits[at]!;
  }

  #nextBlock(): string {
    this.#block += 1;
    this.#blockPrefix = this.#prefix + base36(this.#block, 6);
    this.#inBlock = 0;
    return this.next();
  }
}

function base36(value: number, digits: number): string {
  return Math.floor(value).toString(36).padStart(digits, "0");
}
