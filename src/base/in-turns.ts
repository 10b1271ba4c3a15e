/** Long work in pieces, between which others have their turn of the event loop. */

/** It yields wherever it may be interrupted, and returns what it was for. */
export type Work<T> = Generator<undefined, T>;

/** How long one turn may take, in ms. */
const turnMs = 4;

export interface Turns {
  readonly nowMs: () => number;
  /** Resolves when others have had theirs. */
  readonly nextTurn: () => Promise<unknown>;
}

export async function inTurns<T>(work: Work<T>, { nowMs, nextTurn }: Turns): Promise<T> {
  let beganMs = nowMs();
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
    if (nowMs() - beganMs < turnMs) continue;
    await nextTurn();
    beganMs = nowMs();
  }
}

export function atOnce<T>(work: Work<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}
