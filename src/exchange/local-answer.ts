/** An answer that is made here and held whole: an error, a redirect, a route's own response. */

import type { ResponseHead } from "../http/head.ts";

export interface LocalAnswer {
  readonly head: ResponseHead;
  /** Empty for HEAD, whose `head.contentLength` still tells the length. */
  readonly body: Buffer;
}
