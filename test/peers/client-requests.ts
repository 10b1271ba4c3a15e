/** Requests as browsers and libraries write them, and what they say of connections. */

import { ask, messageOf, type PeerRequest } from "./peer-request.ts";

const navigation = [
  "sec-fetch-site: none",
  "sec-fetch-mode: navigate",
  "sec-fetch-user: ?1",
  "sec-fetch-dest: document",
];

const chrome =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 " +
  "Safari/537.36";

const clients: readonly PeerRequest[] = [
  client("Chrome", "/", [
    "Connection: keep-alive",
    'sec-ch-ua: "Chromium";v="142", "Not_A Brand";v="99"',
    "sec-ch-ua-mobile: ?0",
    'sec-ch-ua-platform: "Linux"',
    "Upgrade-Insecure-Requests: 1",
    `User-Agent: ${chrome}`,
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8",
    ...navigation,
    "Accept-Encoding: gzip, deflate, br, zstd",
    "Accept-Language: en-GB,en;q=0.9,de;q=0.8",
    "Cookie: sid=1; theme=dark; _ga=GA1.2.3",
  ]),
  client("Firefox", "/", [
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language: de,en-US;q=0.7,en;q=0.3",
    "Accept-Encoding: gzip, deflate",
    "Connection: keep-alive",
    "Upgrade-Insecure-Requests: 1",
    "DNT: 1",
    "Sec-GPC: 1",
    "Priority: u=0, i",
  ]),
  client("Safari", "/", [
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "User-Agent: Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/26.0 Safari/605.1.15",
    "Accept-Language: en-GB,en;q=0.9",
    "Accept-Encoding: gzip, deflate",
    "Connection: keep-alive",
  ]),
  client("a picture", "/a.png", ["Accept: image/avif,image/webp,*/*", "Sec-Fetch-Dest: image"]),
  client("a script across sites", "/a.js", [
    "Origin: https://app.example.net",
    "Referer: https://app.example.net/",
    "Sec-Fetch-Mode: cors",
  ]),
  client("a reload", "/", ["Cache-Control: max-age=0", "Pragma: no-cache", "Save-Data: on"]),
  client("an event source", "/events", ["Accept: text/event-stream", "Last-Event-ID: 41"]),
  ask("a preflight", "OPTIONS", {
    fields: [
      "Origin: https://app.example.net",
      "Access-Control-Request-Method: PUT",
      "Access-Control-Request-Headers: content-type,x-token",
    ],
    answer: "cors",
  }),
  ask("a form", "POST", {
    fields: [
      "Origin: http://www.example.com",
      "Content-Type: application/x-www-form-urlencoded",
      "Referer: http://www.example.com/form",
    ],
    body: "a=1&b=2",
    answer: "see other",
  }),
  ask("a beacon", "POST", {
    fields: ["Content-Type: text/plain;charset=UTF-8", "Sec-Fetch-Mode: no-cors"],
    body: "{}",
    answer: "no content",
  }),
  client("curl", "/", ["User-Agent: curl/8.14.1", "Accept: */*"]),
  client("wget", "/", [
    "User-Agent: Wget/1.25.0",
    "Accept: */*",
    "Accept-Encoding: identity",
    "Connection: Keep-Alive",
  ]),
  client("Python's requests", "/", [
    "User-Agent: python-requests/2.32.4",
    "Accept-Encoding: gzip, deflate, br",
    "Accept: */*",
    "Connection: keep-alive",
  ]),
  client("Go", "/", ["User-Agent: Go-http-client/1.1", "Accept-Encoding: gzip"]),
  client("Node's fetch", "/", [
    "connection: keep-alive",
    "accept: */*",
    "accept-language: *",
    "sec-fetch-mode: cors",
    "user-agent: node",
    "accept-encoding: gzip, deflate",
  ]),
  client("Java", "/", [
    "Connection: Upgrade, HTTP2-Settings",
    "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA",
    "Upgrade: h2c",
    "User-Agent: Java-http-client/21",
  ]),
  client("okhttp", "/", [
    "Authorization: Bearer eyJhbGciOiJub25lIn0.e30.",
    "Connection: Keep-Alive",
    "Accept-Encoding: gzip",
    "User-Agent: okhttp/5.1.0",
  ]),
  client("a crawler", "/robots.txt", [
    "Connection: keep-alive",
    "Accept: text/html,*/*;q=0.8",
    "From: bot(at)example.org",
    "User-Agent: Mozilla/5.0 (compatible; Examplebot/2.1; +http://example.org/bot.html)",
    "Accept-Encoding: gzip,deflate,br",
  ]),
  client("git", "/r.git/info/refs?service=git-upload-pack", [
    "User-Agent: git/2.47.3",
    "Accept: */*",
    "Accept-Encoding: deflate, gzip, br, zstd",
    "Pragma: no-cache",
    "Git-Protocol: version=2",
  ]),
  ask("a gRPC-Web call", "POST", {
    target: "/pkg.Service/Call",
    fields: ["Content-Type: application/grpc-web+proto", "X-Grpc-Web: 1", "Grpc-Timeout: 5S"],
    body: "\x00\x00\x00\x00\x02\x08\x01",
  }),
  ask("an upload to a bucket", "PUT", {
    target: "/bucket/a%20b.txt?x-id=PutObject",
    fields: [
      "x-amz-date: 20261123T120000Z",
      "x-amz-content-sha256: UNSIGNED-PAYLOAD",
      "Authorization: AWS4-HMAC-SHA256 Credential=AK/20261123/eu/s3/aws4_request, Signature=00",
    ],
    body: "data",
    answer: "empty",
  }),
  client("a monitor", "/healthz", ["User-Agent: kube-probe/1.34", "Accept: */*"]),
  { name: "no field but Host", bytes: messageOf("GET", {}) },
];

const connections: readonly PeerRequest[] = [
  ask("HTTP/1.0", "GET", { version: "1.0" }),
  ask("HTTP/1.0 without Host", "GET", { version: "1.0", host: "" }),
  ask("HTTP/1.0 kept alive", "GET", { version: "1.0", fields: ["Connection: keep-alive"] }),
  ask("HTTP/1.0 for a chunked page", "GET", { version: "1.0", answer: "chunked" }),
  ask("HTTP/1.0 kept alive for a chunked page", "GET", {
    version: "1.0",
    fields: ["Connection: Keep-Alive"],
    answer: "chunked",
  }),
  ask("HTTP/1.0 for early hints", "GET", { version: "1.0", answer: "early hints" }),
  ask("HTTP/1.0 POST", "POST", { version: "1.0", body: "x=1" }),
  client("closing", "/", ["Connection: close"]),
  ask("a POST that closes", "POST", { fields: ["Connection: close"], body: "x" }),
  client("kept alive for some time", "/", ["Connection: keep-alive", "Keep-Alive: timeout=5"]),
  client("an empty Connection", "/", ["Connection:"]),
  client("two Connection fields", "/", ["Connection: keep-alive", "Connection: X-A", "X-A: 1"]),
  client("a field for one hop", "/", ["Connection: X-Hop, keep-alive", "X-Hop: 1", "X-Other: 2"]),
  client("an unknown option of the connection", "/", ["Connection: something"]),
  client("a field for the proxy before", "/", ["Proxy-Connection: keep-alive"]),
  client("credentials for a proxy", "/", ["Proxy-Authorization: Basic YTpi"]),
  client("trailers wanted", "/", ["TE: trailers", "Connection: TE"]),
  ask("trailers wanted and sent", "GET", {
    fields: ["TE: trailers", "Connection: TE"],
    answer: "trailers",
  }),
  ask("trailers sent unasked", "GET", { answer: "trailers" }),
  client("a coding wanted", "/", ["TE: gzip, trailers;q=0.5", "Connection: TE"]),
  ask("a WebSocket", "GET", { fields: webSocket("13"), answer: "websocket" }),
  ask("a WebSocket of an old kind", "GET", { fields: webSocket("7"), answer: "upgrade required" }),
  ask("a WebSocket that is refused", "GET", { fields: webSocket("13"), answer: "forbidden" }),
  client("an upgrade to something else", "/", ["Connection: Upgrade", "Upgrade: IRC/6.9"]),
  client("Upgrade that Connection does not name", "/", ["Upgrade: websocket"]),
  client("Connection names an upgrade that is not there", "/", ["Connection: upgrade"]),
  {
    name: "two requests at once",
    bytes: messageOf("GET", { target: "/1" }) + messageOf("GET", { target: "/2" }),
    methods: ["GET", "GET"],
  },
  {
    name: "a POST and a GET at once",
    bytes: messageOf("POST", { body: "one" }) + messageOf("GET", { target: "/2" }),
    methods: ["POST", "GET"],
  },
  { name: "an empty line in front", bytes: `\r\n${messageOf("GET", {})}` },
];

function client(name: string, target: string, fields: readonly string[]): PeerRequest {
  return ask(name, "GET", { target, fields });
}

function webSocket(version: string): readonly string[] {
  return [
    "Connection: keep-alive, Upgrade",
    "Upgrade: websocket",
    `Sec-WebSocket-Version: ${version}`,
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol: chat, superchat",
  ];
}

export const clientRequests: readonly PeerRequest[] = [...clients, ...connections];
