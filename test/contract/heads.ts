/** Heads for tests of legs, with everything that they do not speak of filled in. */

import { Fields } from "../../src/http/fields.ts";
import type { RequestHead, ResponseHead } from "../../src/http/head.ts";

export function requestHead(change: Partial<RequestHead> = {}): RequestHead {
  return {
    method: "POST",
    target: "/",
    scheme: "http",
    authority: "test",
    host: "test",
    absolute: false,
    version: "1.1",
    fields: new Fields(),
    body: "stream",
    contentLength: -1,
    expectsContinue: false,
    upgrade: undefined,
    wantsTrailers: true,
    ...change,
  };
}

export function responseHead(status: number, change: Partial<ResponseHead> = {}): ResponseHead {
  return {
    status,
    reason: "",
    version: "1.1",
    fields: new Fields(),
    body: status < 200 ? "none" : "stream",
    contentLength: -1,
    upgrade: status === 101 ? tunnelProtocol : undefined,
    ...change,
  };
}

export const tunnelProtocol = "echo";

export function tunnelRequest(): RequestHead {
  return requestHead({
    method: "GET",
    body: "none",
    upgrade: tunnelProtocol,
    wantsTrailers: false,
  });
}
