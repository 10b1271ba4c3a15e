/** One reason why Foregate does not do what a peer does. */

import type { Difference } from "./differences.ts";

export interface Explanation {
  readonly title: string;
  /** One or two sentences, as Markdown. */
  readonly why: string;
  readonly covers: (difference: Difference) => boolean;
}
