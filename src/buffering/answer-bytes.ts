/** How much of an answer is kept for a client that does not keep up. */

import { id } from "../http/field-names.ts";
import type { ResponseHead } from "../http/head.ts";
import { routeBuffering, type RouteBuffering } from "./options.ts";

/** Streams of messages: whoever is late wants the next one, and the upstream may want to know. */
const streams = /^(?:text\/event-stream|application\/grpc)/i;

/**
 * In bytes; 0: nothing. `X-Accel-Buffering: no` or `yes` of the upstream decides for its answer, as
 * with nginx; after it the kind of the answer; after that the route.
 */
export function answerBytesMax(head: ResponseHead, { responseBytesMax }: RouteBuffering): number {
  if (head.status === 101) return 0;
  const asked = head.fields.get(id["x-accel-buffering"])?.toLowerCase();
  if (asked === "no") return 0;
  if (asked === "yes")
    return responseBytesMax > 0 ? responseBytesMax : routeBuffering.responseBytesMax;
  const type = head.fields.get(id["content-type"]);
  return type !== undefined && streams.test(type) ? 0 : responseBytesMax;
}
