/** Pages of the operator's, which people get in place of ours when an exchange has failed. */

export interface ErrorPage {
  /** Where it was read from. */
  readonly file: string;
  /** One character a byte; the request's id stands between them. */
  readonly parts: readonly string[];
}

/** By status. */
export type ErrorPages = ReadonlyMap<number, ErrorPage>;
