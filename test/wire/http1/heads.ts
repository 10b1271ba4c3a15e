/** Heads for tests, complete but for what a test is about. */

import { Fields } from "../../../src/http/fields.ts";
import type { RequestHead, ResponseHead } from "../../../src/http/head.ts";

export function aRequest(parts: Partial<RequestHead> = {}): RequestHead {
  return {
    method: "GET",
    target: "/",
    scheme: "http",
    authority: "a.example",
    host: "a.example",
    absolute: false,
    version: "1.1",
    fields: new Fields(),
    body: "none",
    contentLength: -1,
    expectsContinue: false,
    upgrade: undefined,
    wantsTrailers: false,
    ...parts,
  };
}

export function aResponse(parts: Partial<ResponseHead> = {}): ResponseHead {
  return {
    status: 200,
    reason: "OK",
    version: "1.1",
    fields: new Fields(),
    body: "none",
    contentLength: -1,
    upgrade: undefined,
    ...parts,
  };
}
