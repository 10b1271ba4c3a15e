/** What the fuzzer begins with: the wires of all wire documents, and the words of the protocol. */

import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

import { readWireDocument } from "../wire/wire-document.ts";

const documents = join(import.meta.dirname, "../wire/documents/*.md");

/** Every wire of the documents, requests and responses alike: each is tried in both roles. */
export function readCorpus(): readonly Buffer[] {
  const paths = globSync(documents).filter((path) => basename(path) !== "README.md");
  const cases = paths.sort().flatMap((path) => readWireDocument(readFileSync(path, "utf8")));
  return [...cases.map(({ wire }) => wire), ...more].map((wire) => Buffer.from(wire, "latin1"));
}

const more = [
  "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n".repeat(3),
  "POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi",
  "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n",
  "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nHEAD / HTTP/1.0\r\n\r\n",
  "CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\nTE: trailers\r\n\r\n",
  "HTTP/1.1 200 OK\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nKeep-Alive: timeout=5\r\n\r\nhello",
  'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nContent-Length: 9\r\n\r\n',
  "HTTP/1.0 200\r\n\r\nuntil the end",
];

/** What is put in: the bytes on which readers disagree, and whole lines of framing. */
export const words: readonly string[] = [
  "\r\n",
  "\n",
  "\r",
  "\r\n\r\n",
  "\n\n",
  "\r\r\n",
  "\r\n ",
  "\r\n\t",
  " ",
  "\t",
  ":",
  ": ",
  " :",
  ";",
  ",",
  '"',
  "\\",
  "\0",
  "\x0b",
  "\x7f",
  "\x80",
  "\xa0",
  "\xff",
  "0",
  "0x",
  "+",
  "-",
  "_",
  "00000000000000000005",
  "fffffffffffff",
  "9007199254740993",
  "chunked",
  ", chunked",
  "identity",
  "close",
  "keep-alive",
  "Content-Length: 5\r\n",
  "Content-Length: 0\r\n",
  "Content_Length: 5\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Transfer-Encoding:\r\n chunked\r\n",
  "Connection: close\r\n",
  "Connection: Content-Length, Host\r\n",
  "Host: b.example\r\n",
  "Host:\r\n",
  "Upgrade: websocket\r\n",
  "Connection: upgrade\r\n",
  "Expect: 100-continue\r\n",
  "TE: trailers\r\n",
  "X: y\r\n",
  "__proto__: x\r\n",
  "0\r\n\r\n",
  "5\r\nhello\r\n",
  '5;a="b"\r\n',
  "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n",
  "http://b.example",
  "HTTP/1.0",
  "HTTP/1.1",
  "HTTP/2.0",
  "HTTP/1.1 100 Continue\r\n\r\n",
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
  "HTTP/1.1 204 No Content\r\n\r\n",
  "HTTP/1.1 200 OK\r\n\r\n",
];
