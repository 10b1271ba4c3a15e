/** A hook's turn: while it lasts, what the hook says counts, and it may answer once. */

import type { Fields } from "../http/fields.ts";

/** An answer that a hook wants, checked. */
export interface ReadAnswer {
  readonly status: number;
  readonly fields: Fields;
  readonly body: Buffer;
  /** Its content is the body, and is still to be read; as the hook wrote it. */
  readonly file: string | undefined;
}

export class HookTurn {
  /** What is to be answered in place of whoever else would. */
  answer: ReadAnswer | undefined;
  #onLate: (() => void) | undefined;

  /** From now on nothing counts; `onLate` is told of each attempt. */
  end(onLate: () => void): void {
    this.#onLate ??= onLate;
  }

  /** Does it while the turn lasts: a head that is out, or another's, must not change. */
  change(act: () => void): void {
    if (this.#onLate === undefined) act();
    else this.#onLate();
  }

  take(read: () => ReadAnswer): void {
    this.change(() => {
      if (this.answer !== undefined) throw new TypeError("Cannot answer: it is answered already");
      this.answer = read();
    });
  }
}
