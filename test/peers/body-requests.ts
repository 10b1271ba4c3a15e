/** Methods, and bodies of every ordinary shape. */

import { ask, messageOf, type PeerRequest, site } from "./peer-request.ts";

const text = "Content-Type: text/plain";
const json = "Content-Type: application/json";
const form = "Content-Type: application/x-www-form-urlencoded";
const parts =
  '--xYz\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' +
  '--xYz\r\nContent-Disposition: form-data; name="f"; filename="f.bin"\r\n' +
  "Content-Type: application/octet-stream\r\n\r\n\x00\x01\xfe\xff\r\n--xYz--\r\n";
const soap = '<?xml version="1.0"?><D:propfind xmlns:D="DAV:"><D:allprop/></D:propfind>';

const methods: readonly PeerRequest[] = [
  ask("GET", "GET"),
  ask("HEAD", "HEAD"),
  ask("HEAD of a chunked page", "HEAD", { answer: "chunked" }),
  ask("HEAD of a page without length", "HEAD", { answer: "until close" }),
  ask("HEAD of nothing", "HEAD", { answer: "not found" }),
  ask("POST without a body", "POST"),
  ask("DELETE", "DELETE", { target: "/things/7", answer: "no content" }),
  ask("OPTIONS", "OPTIONS", { answer: "no content" }),
  ask("OPTIONS of the server", "OPTIONS", { target: "*", answer: "no content" }),
  ask("OPTIONS with hops left", "OPTIONS", { fields: ["Max-Forwards: 5"] }),
  ask("OPTIONS without hops left", "OPTIONS", { fields: ["Max-Forwards: 0"] }),
  ask("TRACE", "TRACE"),
  ask("PROPFIND", "PROPFIND", { fields: ["Depth: 1", "Content-Type: text/xml"], body: soap }),
  ask("REPORT", "REPORT", { fields: ["Depth: 0"], body: soap }),
  ask("MKCOL", "MKCOL", { target: "/dav/new/", answer: "created" }),
  ask("MOVE", "MOVE", { fields: ["Destination: /dav/other", "Overwrite: F"], answer: "created" }),
  ask("QUERY", "QUERY", { fields: [form], body: "select=name" }),
  ask("PURGE", "PURGE", { answer: "empty" }),
  ask("a method in small letters", "get"),
  ask("a method of one's own", "X-DO-IT", { answer: "empty" }),
];

const bodies: readonly PeerRequest[] = [
  ask("POST of nothing", "POST", { body: "" }),
  ask("POST of one byte", "POST", { body: "x" }),
  ask("POST of a form", "POST", {
    fields: [form],
    body: "name=Ada+L&x=%26%3D",
    answer: "see other",
  }),
  ask("POST of JSON", "POST", {
    fields: [json],
    body: '{"a":[1,2,"\xc3\xa9"]}',
    answer: "created",
  }),
  ask("POST of parts", "POST", {
    fields: ["Content-Type: multipart/form-data; boundary=xYz"],
    body: parts,
  }),
  ask("POST of 1 KB", "POST", { fields: [text], body: "0123456789abcdef".repeat(64) }),
  ask("POST of 100 KB", "POST", { fields: [text], body: "0123456789".repeat(10_240) }),
  ask("POST of bytes", "POST", { body: "\x00\r\n\r\n\xff\xfe GET / HTTP/1.1\r\n\r\n" }),
  ask("POST of zipped bytes", "POST", { fields: ["Content-Encoding: gzip"], body: "\x1f\x8b\x08" }),
  ask("POST with a digest", "POST", {
    fields: ["Content-Digest: sha-256=:47DEQpj8HB=:"],
    body: "d",
  }),
  ask("POST in one chunk", "POST", { fields: [text], chunks: ["hello"] }),
  ask("POST in chunks", "POST", { fields: [text], chunks: ["hel", "lo, ", "world"] }),
  ask("POST in no chunk", "POST", { fields: [text], chunks: [] }),
  ask("POST of 100 KB in chunks", "POST", {
    chunks: ["0123456789".repeat(5_120), "x".repeat(51_200)],
  }),
  ask("POST in chunks with a trailer", "POST", {
    fields: ["Trailer: X-Checksum"],
    chunks: ["data"],
    trailers: ["X-Checksum: 77"],
  }),
  ask("PUT", "PUT", { target: "/things/7", fields: [json], body: "{}", answer: "no content" }),
  ask("PUT of nothing", "PUT", { target: "/things/8", body: "", answer: "created" }),
  ask("PUT in chunks", "PUT", { target: "/things/9", chunks: ["a", "b"], answer: "created" }),
  ask("PUT if it is not there", "PUT", {
    fields: ["If-None-Match: *"],
    body: "x",
    answer: "created",
  }),
  ask("PATCH", "PATCH", { fields: ["Content-Type: application/json-patch+json"], body: "[]" }),
  ask("DELETE with a body", "DELETE", { fields: [json], body: '{"ids":[1]}' }),
  ask("GET with a body", "GET", { target: "/_search", fields: [json], body: '{"query":{}}' }),
  ask("GET of length 0", "GET", { body: "" }),
  ask("OPTIONS with a body", "OPTIONS", { fields: [text], body: "what?" }),
];

/** Chunks as some clients write them, and bodies that wait for a word from the server. */
const unusual: readonly PeerRequest[] = [
  written("chunks with extensions", "POST", '5;a=1;b="x"\r\nhello\r\n0;last\r\n\r\n'),
  written("chunk sizes in capitals and with zeros", "POST", "00A\r\n0123456789\r\n000\r\n\r\n"),
  {
    name: "coding in capitals",
    bytes: messageOf("POST", { fields: ["transfer-encoding: Chunked"] }) + "1\r\nx\r\n0\r\n\r\n",
  },
  waiting("Expect with a body", "POST", "Content-Length: 4", "data"),
  waiting("Expect with chunks", "PUT", "Transfer-Encoding: chunked", "4\r\ndata\r\n0\r\n\r\n"),
  { name: "Expect without waiting", bytes: expecting("POST", "Content-Length: 4") + "data" },
  { name: "Expect without a body", bytes: messageOf("GET", { fields: ["Expect: 100-continue"] }) },
  ask("Expect in HTTP/1.0", "POST", {
    version: "1.0",
    fields: ["Expect: 100-continue"],
    body: "x",
  }),
  ask("Expect something else", "POST", { fields: ["Expect: 200-ok"], body: "x" }),
];

function written(name: string, method: string, body: string): PeerRequest {
  return { name, bytes: messageOf(method, { fields: ["Transfer-Encoding: chunked"] }) + body };
}

function waiting(name: string, method: string, framing: string, body: string): PeerRequest {
  return { name, bytes: expecting(method, framing), afterContinue: body };
}

function expecting(method: string, framing: string): string {
  return `${method} /up HTTP/1.1\r\nHost: ${site}\r\n${framing}\r\nExpect: 100-continue\r\n\r\n`;
}

export const bodyRequests: readonly PeerRequest[] = [...methods, ...bodies, ...unusual];
