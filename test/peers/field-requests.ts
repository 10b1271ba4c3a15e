/** Fields: values, names, repetition, and the ones that mean something to a proxy. */

import { ask, get, type PeerRequest } from "./peer-request.ts";

const values: readonly PeerRequest[] = [
  get("an empty value", "X-Empty:", "X-Full: 1"),
  get("blanks around a value", "X-Blank:  \t a b \t "),
  get("no blank before a value", "X-Tight:a"),
  get("a tab in a value", "X-Tab: a\tb"),
  get("UTF-8 in a value", "X-Name: caf\xc3\xa9 \xe2\x82\xac"),
  get("Latin-1 in a value", "X-Name: caf\xe9"),
  get("a byte that some trim", "X-Edge: \x85a\xa0"),
  get("marks in a value", `X-Marks: "a\\"b", (c), <d>; e='f' {g} [h] @ ? = : % & # $ ^ | ~`),
  get("a value of 7 KB", `X-Long: ${"v".repeat(7_000)}`),
  get("a cookie of 4 KB", `Cookie: a=${"c".repeat(4_000)}`),
  get("eighty fields", ...Array.from({ length: 80 }, (_, at) => `X-F${at}: ${at}`)),
  get("an empty User-Agent", "User-Agent:"),
  get("an empty Accept", "Accept:"),
];

const names: readonly PeerRequest[] = [
  get("names in small letters", "x-lower: 1", "accept: */*", "user-agent: a"),
  get("names in capitals", "X-UPPER: 1", "ACCEPT: */*", "USER-AGENT: a"),
  get("names of mixed letters", "X-rEqUeSt-tOkEn: 1", "SOAPAction: a", "ETag: b", "DNT: 1"),
  get("a name with digits", "X-1-2: 3", "8: 9"),
  get("a name with an underscore", "x_token: 1", "X-Token: 2"),
  get("a name with a dot", "X.Token: 1"),
  get("a name with other marks", "X!#$%&'*+^`|~: 1"),
  get("a name of one letter", "A: 1"),
  get("names of objects in JavaScript", "__proto__: 1", "constructor: 2"),
  get("a look-alike of Content-Type", "Content_Type: text/html"),
  get("a look-alike of X-Forwarded-For", "X_Forwarded_For: 192.0.2.1"),
  get("look-alikes with other marks", "X.Forwarded.Proto: https", "X_Request_Id: 2"),
];

const repeated: readonly PeerRequest[] = [
  get("a field twice", "X-Twice: a", "X-Between: b", "X-Twice: c"),
  get("a field twice in two cases", "X-Twice: a", "x-twice: c"),
  get("Accept twice", "Accept: text/html", "Accept: text/plain;q=0.5"),
  get("Accept-Encoding twice", "Accept-Encoding: gzip", "Accept-Encoding: br"),
  get("Cookie twice", "Cookie: a=1", "Cookie: b=2"),
  get("odd cookies", 'Cookie: a="b c"; d={"e":1}; f; =g; h=\xc3\xa9'),
  get("the same line thrice", "X-Same: 1", "X-Same: 1", "X-Same: 1"),
  get("User-Agent twice", "User-Agent: a", "User-Agent: b"),
];

const usual: readonly PeerRequest[] = [
  get("a password", "Authorization: Basic YWRhOnBhc3N3b3Jk"),
  get("a token", "Authorization: Bearer abc.def-ghi_jkl"),
  get("languages", "Accept-Language: da, en-gb;q=0.8, *;q=0.1", "Accept-Charset: utf-8"),
  get("no coding wanted", "Accept-Encoding: identity;q=1, *;q=0"),
  get("all codings wanted", "Accept-Encoding: gzip, deflate, br, zstd, dcb, dcz"),
  get("cache orders", "Cache-Control: no-cache, no-store, only-if-cached", "Pragma: no-cache"),
  get("a date", "Date: Sun, 06 Nov 1994 08:49:37 GMT"),
  get("another method meant", "X-HTTP-Method-Override: DELETE", "X-Original-URL: /admin"),
  get("early data", "Early-Data: 1"),
  get("a wish for a digest", "Want-Content-Digest: sha-256=10", "Accept-Signature: sig1=()"),
  get("hops left on a GET", "Max-Forwards: 3"),
  get("a script's mark", "X-Requested-With: XMLHttpRequest", "X-CSRF-Token: t"),
];

/** What only a proxy before us may say, said by a client. */
const claims: readonly PeerRequest[] = [
  get("X-Forwarded-For claimed", "X-Forwarded-For: 192.0.2.1, 192.0.2.2"),
  get("X-Forwarded-Proto claimed", "X-Forwarded-Proto: https"),
  get("X-Forwarded-Host claimed", "X-Forwarded-Host: admin.example.com"),
  get("X-Forwarded-Port claimed", "X-Forwarded-Port: 443", "X-Forwarded-Prefix: /p"),
  get("X-Real-IP claimed", "X-Real-IP: 192.0.2.1"),
  get("Forwarded claimed", "Forwarded: for=192.0.2.1;proto=https"),
  get("Via another proxy", "Via: 1.1 other (squid/7)"),
  get("CDN-Loop", "CDN-Loop: examplecdn"),
  get("a request id", "X-Request-Id: 7f9c2ba4-e88f-4d22-9f00-a1b2c3d4e5f6"),
  get("a request id that is none", "X-Request-Id: <b>no</b>"),
  get("a trace", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
  get("a trace with a state", traceOf("00"), "tracestate: a=1,b=2", "baggage: k=v"),
  get("a trace that is none", "traceparent: 00-00000000000000000000000000000000-0-01"),
  get("X-Accel-Redirect claimed", "X-Accel-Redirect: /internal/x"),
];

const ranges: readonly PeerRequest[] = [
  ask("a range", "GET", { fields: ["Range: bytes=0-3"], answer: "part" }),
  ask("ranges", "GET", { fields: ["Range: bytes=0-0,8-8,-1"], answer: "parts" }),
  ask("a range that is not there", "GET", {
    fields: ["Range: bytes=900-"],
    answer: "no such range",
  }),
  ask("a range if it is the same", "GET", {
    fields: ["Range: bytes=0-3", 'If-Range: "v1"'],
    answer: "part",
  }),
  ask("a range of something else", "GET", { fields: ["Range: lines=1-2"] }),
];

const conditions: readonly PeerRequest[] = [
  conditional("if none match", 'If-None-Match: "v1", W/"v2"'),
  conditional("if modified", "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT"),
  conditional("if modified by an old clock", "If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT"),
  conditional(
    "both conditions",
    'If-None-Match: "v1"',
    "If-Modified-Since: Sun Nov  6 08:49:37 1994",
  ),
  ask("if match", "PUT", { fields: ['If-Match: "v1"'], body: "new", answer: "no content" }),
  ask("if unmodified", "DELETE", {
    fields: ["If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT"],
    answer: "no content",
  }),
];

function traceOf(flags: string): string {
  return `traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-${flags}`;
}

function conditional(name: string, ...fields: readonly string[]): PeerRequest {
  return ask(name, "GET", { fields, answer: "not modified" });
}

export const fieldRequests: readonly PeerRequest[] = [
  ...values,
  ...names,
  ...repeated,
  ...usual,
  ...claims,
  ...ranges,
  ...conditions,
];
