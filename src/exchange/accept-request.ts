/**
 * The first step of an exchange: who is calling, what its id is, and the methods that mean
 * something to every proxy on the way (RFC 9110 §7.6.2, §9.3.6, §9.3.8), before any route is
 * looked for.
 */

import { Failure } from "../base/failure.ts";
import { id } from "../http/field-names.ts";
import { Fields } from "../http/fields.ts";
import { clientIpOf } from "../rewriting/forwarded.ts";
import { loopsBack } from "../rewriting/via.ts";
import type { Exchange } from "./exchange.ts";
import type { LocalAnswer } from "./local-answer.ts";
import type { Rooms } from "./rooms.ts";

/** What others may give us as a request's id; anything else is replaced. */
const requestIdPattern = /^[\w.:+/=@-]{1,128}$/;

/** An answer if the request goes no further. Throws a `Failure` for what is refused. */
export function acceptRequest(
  x: Exchange,
  rooms: Pick<Rooms, "requestIds" | "pseudonym">,
): LocalAnswer | undefined {
  const { head, peer } = x;
  x.clientIp = peer.isTrusted ? clientIpOf(head.fields, peer.address, x.plan.trust) : peer.address;
  const given = head.fields.get(id["x-request-id"]);
  const isGiven = given !== undefined && requestIdPattern.test(given);
  x.requestId = isGiven ? given : rooms.requestIds.next();

  if (head.method === "TRACE") throw refuse("TRACE shows fields that it should not");
  if (head.method === "CONNECT") throw refuse("CONNECT wants a forward proxy");
  if (loopsBack(head.fields, rooms.pseudonym)) {
    throw new Failure("loop-detected", "Cannot forward: the request has been here before");
  }
  return head.method === "OPTIONS" ? answerOptions(head.fields) : undefined;
}

/** RFC 9110 §7.6.2: at 0 we are the last recipient, else it counts one hop less. */
function answerOptions(fields: Fields): LocalAnswer | undefined {
  const value = fields.get(id["max-forwards"]);
  if (value === undefined || !/^[0-9]{1,9}$/.test(value)) return undefined;
  if (Number(value) > 0) {
    fields.set("Max-Forwards", String(Number(value) - 1));
    return undefined;
  }
  return {
    head: {
      status: 204,
      reason: "No Content",
      version: "1.1",
      fields: new Fields(),
      body: "none",
      contentLength: -1,
      upgrade: undefined,
    },
    body: Buffer.alloc(0),
  };
}

function refuse(reason: string): Failure {
  return new Failure("method-not-allowed", `Cannot accept request: ${reason}`);
}
