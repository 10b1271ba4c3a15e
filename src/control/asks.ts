/** What was asked of another thread, each with a number, until it is answered. */

export class Asks {
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #lastId = 0;

  /** `send` says it to the thread. Whoever asks knows what comes back. */
  ask<Answer>(send: (id: number) => void): Promise<Answer> {
    const waiting = Promise.withResolvers<unknown>();
    this.#lastId += 1;
    this.#waiting.set(this.#lastId, waiting);
    send(this.#lastId);
    return waiting.promise as Promise<Answer>;
  }

  resolve(id: number, answer: unknown): void {
    this.#take(id)?.resolve(answer);
  }

  reject(id: number, error: Error): void {
    this.#take(id)?.reject(error);
  }

  /** The thread is gone, and answers nothing any more. */
  rejectAll(errorOf: () => Error): void {
    for (const id of this.#waiting.keys()) this.reject(id, errorOf());
  }

  #take(id: number): PromiseWithResolvers<unknown> | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }
}
