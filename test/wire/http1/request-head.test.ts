/** What a request says of its connection: whether it stays, what ends here, what is asked for. */

import { checkRequests, get, post, request, type WireCase } from "./cases.ts";

const plain = "GET / HTTP/1.1 a.example none";
const old = "GET / HTTP/1.0 a.example none";

const get10 = (...lines: readonly string[]): string =>
  request("GET / HTTP/1.0", "Host: a.example", ...lines);

const persistence: readonly WireCase[] = [
  { name: "HTTP/1.1 stays", wire: get(), want: [plain, "end keep"] },
  { name: "HTTP/1.1 says so", wire: get("Connection: keep-alive"), want: [plain, "end keep"] },
  { name: "HTTP/1.1 closes", wire: get("Connection: close"), want: [plain, "end close"] },
  { name: "HTTP/1.0 closes", wire: get10(), want: [old, "end close"] },
  {
    name: "HTTP/1.0 stays if asked",
    wire: get10("Connection: Keep-Alive"),
    want: [old, "end keep"],
  },
  {
    name: "close counts more than keep-alive",
    wire: get10("Connection: keep-alive, close"),
    want: [old, "end close"],
  },
  {
    name: "several lines are one list",
    wire: get("Connection: keep-alive", "X: y", "Connection: CLOSE"),
    want: [plain, "  X: y", "end close"],
  },
  {
    name: "an option that only looks like close",
    wire: get("Connection: closed", "Connection: x-close"),
    want: [plain, "end keep"],
  },
  {
    name: "Proxy-Connection says nothing",
    wire: get("Proxy-Connection: close"),
    want: [plain, "end keep"],
  },
];

const hop: readonly WireCase[] = [
  {
    threat: 58,
    name: "fields for one hop end here",
    wire: get(
      "Keep-Alive: timeout=5",
      "Proxy-Connection: x",
      "TE: gzip",
      "Trailer: x",
      "Upgrade: x",
    ),
    want: [plain, "end keep"],
  },
  {
    threat: 58,
    name: "so do fields that Connection names",
    wire: get("X-Hop: 1", "Connection: x-hop, , X-Other", "x-other: 2", "X-Stays: 3"),
    want: [plain, "  X-Stays: 3", "end keep"],
  },
  {
    threat: 58,
    name: "every line of them",
    wire: get("A: 1", "Connection: a", "a: 2", "Connection: b", "B: 3"),
    want: [plain, "end keep"],
  },
  ...[
    "Content-Length",
    "Host",
    "Transfer-Encoding",
    "Authorization",
    "Cookie",
    "X-Forwarded-For",
    "X-Real-IP",
    "Cache-Control",
    "Accept-Encoding",
    "Range",
    "If-None-Match",
    "Via",
    "Content-Type",
    "Connection",
    "keep alive",
    "a;b",
    "close\xa0",
    '"x"',
  ].map((name): WireCase => ({
    threat: 59,
    name: `Connection may not name ${name}`,
    wire: get(`Connection: ${name}`),
    want: "bad-request",
  })),
  {
    threat: 59,
    name: "nor hide it among others",
    wire: post("Content-Length: 5", "Connection: close, \tCONTENT-LENGTH\t ,x"),
    want: "bad-request",
  },
  {
    name: "a list of ten thousand options",
    wire: get(`Connection: ${"a,".repeat(8_000)}`, `Connection: ${"b,".repeat(4_000)}b`, "A: 1"),
    want: [plain, "end keep"],
  },
];

const upgrades: readonly WireCase[] = [
  {
    threat: 136,
    name: "an upgrade that is asked for",
    wire: get("Connection: Upgrade", "Upgrade: WebSocket", "Sec-WebSocket-Key: k"),
    want: [`${plain} upgrade=websocket`, "  Sec-WebSocket-Key: k", "end keep"],
  },
  {
    threat: 136,
    name: "among other options",
    wire: get("Connection: keep-alive, Upgrade", "Upgrade: websocket"),
    want: [`${plain} upgrade=websocket`, "end keep"],
  },
  {
    threat: 136,
    name: "Upgrade without Connection",
    wire: get("Upgrade: websocket"),
    want: [plain, "end keep"],
  },
  {
    threat: 136,
    name: "Connection without Upgrade",
    wire: get("Connection: upgrade"),
    want: [plain, "end keep"],
  },
  {
    threat: 106,
    name: "two protocols are told as they are asked for",
    wire: get(
      "Connection: upgrade, HTTP2-Settings",
      "Upgrade: h2c",
      "Upgrade: websocket",
      "HTTP2-Settings: x",
    ),
    want: [`${plain} upgrade=h2c, websocket`, "end keep"],
  },
  {
    threat: 136,
    name: "HTTP/1.0 cannot ask",
    wire: get10("Connection: upgrade, keep-alive", "Upgrade: websocket"),
    want: [old, "end keep"],
  },
  {
    threat: 136,
    name: "nor can a request with a body",
    wire: `${post("Connection: upgrade", "Upgrade: websocket", "Content-Length: 2")}hi`,
    want: ["POST / HTTP/1.1 a.example sized:2", 'body "hi"', "end keep"],
  },
];

const trailers = [
  ["trailers", true],
  ["Trailers", true],
  ["gzip, trailers", true],
  ["trailers;q=0.5, gzip", false],
  ["xtrailers", false],
  ["", false],
].map(([value, wanted]): WireCase => ({
  name: `TE: ${String(value)}`,
  wire: get(`TE: ${String(value)}`, "Connection: TE"),
  want: [wanted === true ? `${plain} te` : plain, "end keep"],
}));

checkRequests([...persistence, ...hop, ...upgrades, ...trailers]);
