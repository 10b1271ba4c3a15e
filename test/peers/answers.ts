/** What the recording upstream answers, by name; one character a byte. */

import { gzipSync } from "node:zlib";

const page = "<!doctype html><title>A page</title>";
const zipped = gzipSync(page).toString("latin1");
const date = "Date: Sun, 06 Nov 1994 08:49:37 GMT";

/** Every answer carries it, so that those of a proxy itself can be told apart. */
export const answerMark = "X-Answer";

interface Answer {
  /** Status and reason. */
  readonly status: string;
  readonly version?: "1.0" | "1.1";
  /** Interim answers before it, whole. */
  readonly before?: string;
  /** Field lines, framing included. `UPSTREAM` stands for the upstream's own address. */
  readonly fields?: readonly string[];
  readonly body?: string;
  /** The upstream closes the connection behind it. */
  readonly closes?: boolean;
}

/** With a length and a date, as most are. */
function usual(status: string, fields: readonly string[] = [], body: string = page): Answer {
  return { status, fields: [date, ...fields, `Content-Length: ${body.length}`], body };
}

function bodyless(status: string, ...fields: readonly string[]): Answer {
  return { status, fields: [date, ...fields] };
}

const ok = "200 OK";
const html = "Content-Type: text/html";
const chunkedPage = `${page.length.toString(16)}\r\n${page}\r\n0\r\n\r\n`;

const answers = {
  page: usual(ok, [html]),
  "no date": { status: ok, fields: [html, "Content-Length: 2"], body: "ok" },
  chunked: { status: ok, fields: [date, html, "Transfer-Encoding: chunked"], body: chunkedPage },
  trailers: {
    status: ok,
    fields: [date, "Trailer: Server-Timing", "Transfer-Encoding: chunked"],
    body: "2\r\nok\r\n0\r\nServer-Timing: db;dur=5\r\n\r\n",
  },
  "until close": { status: ok, fields: [date, html], body: page, closes: true },
  "until close 1.0": { status: ok, version: "1.0", fields: [date, html], body: page, closes: true },
  "sized and closing": {
    ...usual(ok, [html, "Connection: close"]),
    closes: true,
  },
  "no content": bodyless("204 No Content"),
  "not modified": bodyless("304 Not Modified", 'ETag: "v1"', "Cache-Control: max-age=60"),
  empty: usual(ok, [], ""),
  part: usual("206 Partial Content", ["Content-Range: bytes 0-3/100"], "part"),
  parts: usual(
    "206 Partial Content",
    ["Content-Type: multipart/byteranges; boundary=b"],
    "--b\r\nContent-Range: bytes 0-0/9\r\n\r\na\r\n--b--\r\n",
  ),
  "no such range": usual("416 Range Not Satisfiable", ["Content-Range: bytes */100"], ""),
  created: usual("201 Created", ["Location: /things/7"], ""),
  accepted: usual("202 Accepted", [], "queued"),
  "moved within": usual("301 Moved Permanently", ["Location: /new?x=1"], ""),
  "moved to the upstream's own address": usual("302 Found", ["Location: http://UPSTREAM/in"], ""),
  "moved to the site's address": usual("302 Found", ["Location: http://www.example.com/a"], ""),
  "moved elsewhere": usual("302 Found", ["Location: https://id.example.net/login?b=/"], ""),
  "see other": usual("303 See Other", ["Location: ../list"], ""),
  "temporary redirect": usual("307 Temporary Redirect", ["Location: //cdn.example.net/x"], ""),
  refresh: usual(ok, ["Refresh: 5; url=/next", "Content-Location: /page.en"], "wait"),
  "not found": usual("404 Not Found", [html], "<p>No such page"),
  "own reason": usual("404 Nothing Here, Sorry", [], "none"),
  "no reason": usual("200 ", [], "ok"),
  "odd status": usual("299 Fine", [], "ok"),
  teapot: usual("418 I'm a teapot", [], "short and stout"),
  unauthorized: usual("401 Unauthorized", [
    'WWW-Authenticate: Basic realm="a"',
    'WWW-Authenticate: Bearer realm="b"',
  ]),
  forbidden: usual("403 Forbidden"),
  "method not allowed": usual("405 Method Not Allowed", ["Allow: GET, HEAD"], ""),
  "too many": usual("429 Too Many Requests", ["Retry-After: 3"], "slow down"),
  broken: usual("500 Internal Server Error", [html], "<p>It broke"),
  unavailable: usual("503 Service Unavailable", ["Retry-After: 120"], "later"),
  "early hints": {
    ...usual(ok, [html]),
    before: "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload; as=style\r\n\r\n",
  },
  processing: { ...usual(ok, [html]), before: "HTTP/1.1 102 Processing\r\n\r\n" },
  "unasked 100": { ...usual(ok, [html]), before: "HTTP/1.1 100 Continue\r\n\r\n" },
  cookies: usual(ok, [
    "Set-Cookie: sid=1; Path=/; HttpOnly",
    "Set-Cookie: theme=dark; Max-Age=60; SameSite=Lax",
    "Set-Cookie: d=x; Domain=example.com; Expires=Wed, 09 Jun 2027 10:18:14 GMT",
  ]),
  named: usual(ok, ["Server: Apache/2.4", "X-Powered-By: PHP/8.3"]),
  "hop by hop": usual(ok, [
    "Connection: keep-alive, X-Hop",
    "Keep-Alive: timeout=5, max=100",
    "X-Hop: for you only",
    "Proxy-Connection: keep-alive",
  ]),
  "via another": usual(ok, ["Via: 1.1 varnish"]),
  "accelerator's orders": usual(ok, ["X-Accel-Buffering: no", "X-Accel-Expires: 0"]),
  "cache fields": usual(ok, [
    "Cache-Control: public, max-age=60",
    "Expires: Mon, 07 Nov 1994 08:49:37 GMT",
    "Age: 7",
    'ETag: W/"v1"',
    "Last-Modified: Sat, 05 Nov 1994 08:49:37 GMT",
    "Vary: Accept-Encoding, Cookie",
  ]),
  "security fields": usual(ok, [
    "Strict-Transport-Security: max-age=63072000",
    "Content-Security-Policy: default-src 'self'",
    "X-Content-Type-Options: nosniff",
    'Alt-Svc: h3=":443"',
    "Link: </a.css>; rel=preload, </b.js>; rel=preload",
  ]),
  "repeated fields": usual(ok, ["X-One: a", "X-Two: b", "X-One: c", "Vary: A", "Vary: B"]),
  "odd values": usual(ok, ["X-Empty:", "X-Text: caf\u00c3\u00a9 \u00e9", "X-Tab: a\tb"]),
  "small names": usual(ok, ["x-lower: 1", "X-UPPER: 2", "x_under: 3", "X.Dot: 4"]),
  gzip: usual(ok, ["Content-Encoding: gzip", "Vary: Accept-Encoding"], zipped),
  "no transform": usual(ok, ["Cache-Control: no-transform", "Content-Disposition: attachment"]),
  events: {
    status: ok,
    fields: [date, "Content-Type: text/event-stream", "Transfer-Encoding: chunked"],
    body: "d\r\ndata: hello\n\n\r\n0\r\n\r\n",
  },
  binary: usual(ok, ["Content-Type: image/png"], "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xfe"),
  large: usual(ok, ["Content-Type: text/plain"], "0123456789abcdef".repeat(8_192)),
  cors: bodyless(
    "204 No Content",
    "Access-Control-Allow-Origin: https://app.example.net",
    "Access-Control-Allow-Methods: GET, PUT",
    "Vary: Origin",
  ),
  websocket: {
    status: "101 Switching Protocols",
    fields: ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Accept: s3pPLMBiTxaQ9k="],
    body: "\x81\x05hello",
    closes: true,
  },
  "upgrade required": usual("426 Upgrade Required", ["Upgrade: websocket", "Connection: Upgrade"]),
} as const satisfies Record<string, Answer>;

export type AnswerName = keyof typeof answers;

export const answerNames = Object.keys(answers) as readonly AnswerName[];

export interface AnswerText {
  readonly text: string;
  readonly closes: boolean;
}

/** `address` is the upstream's own. */
export function writeAnswer(name: AnswerName, address: string): AnswerText {
  const answer: Answer = answers[name];
  const { status, version = "1.1", before = "", fields = [], body = "", closes = false } = answer;
  const lines = [`HTTP/${version} ${status}`, `${answerMark}: ${name}`, ...fields];
  const head = `${lines.join("\r\n")}\r\n\r\n`.replaceAll("UPSTREAM", address);
  return { text: before + head + body, closes };
}
