/** Which exchanges are logged: those that are asked for, and of them a share. */

import type { AccessLogOptions } from "./options.ts";

/** What decides about an exchange. */
export interface Outcome {
  /** 0: the client was told nothing. */
  readonly status: number;
  readonly durationMs: number;
  readonly failed: boolean;
}

const statusEnd = 600;

export class Selection {
  readonly #only: AccessLogOptions["only"];
  /** By status: 1 for those that are asked for. */
  readonly #statuses = new Uint8Array(statusEnd);
  readonly #sampleShare: number;

  constructor({ only, sampleShare }: Pick<AccessLogOptions, "only" | "sampleShare">) {
    this.#only = only;
    this.#sampleShare = sampleShare;
    for (const [from, to] of only?.statuses ?? []) this.#statuses.fill(1, from, to + 1);
  }

  /** `random` is in [0, 1). A failure or a 5xx that is asked for is in every sample. */
  has({ status, durationMs, failed }: Outcome, random: () => number): boolean {
    const only = this.#only;
    if (only !== undefined) {
      const isAsked = this.#statuses[status] === 1 || (only.failed && failed);
      if (!isAsked && durationMs < only.slowerThanMs) return false;
    }
    if (failed || status >= 500 || this.#sampleShare === 1) return true;
    return random() < this.#sampleShare;
  }
}

/** undefined: every exchange is logged. */
export function selectionOf(options: AccessLogOptions): Selection | undefined {
  const isEvery = options.only === undefined && options.sampleShare === 1;
  return isEvery ? undefined : new Selection(options);
}
