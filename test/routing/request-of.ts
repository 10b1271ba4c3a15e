/** Request heads for tests of the rooms: what matters is named, the rest is an ordinary GET. */

import { Fields } from "../../src/http/fields.ts";
import type { RequestHead } from "../../src/http/head.ts";

export interface RequestWords {
  readonly method?: string;
  readonly target?: string;
  readonly authority?: string;
  readonly scheme?: "http" | "https";
  readonly fields?: Iterable<readonly [name: string, value: string]>;
}

export function requestOf(words: RequestWords): RequestHead {
  const authority = words.authority ?? "example.com";
  return {
    method: words.method ?? "GET",
    target: words.target ?? "/",
    scheme: words.scheme ?? "http",
    authority,
    host: authority.replace(/:\d+$/, ""),
    absolute: false,
    version: "1.1",
    fields: Fields.of(words.fields ?? []),
    body: "none",
    contentLength: -1,
    expectsContinue: false,
    upgrade: undefined,
    wantsTrailers: false,
  };
}
