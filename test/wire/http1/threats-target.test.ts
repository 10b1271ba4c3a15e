/** Threats 22 to 29 and 36: the request line and the authority, read one way only. */

import type { FailureCode } from "../../../src/base/failure.ts";
import { checkRequests, get, request, type WireCase } from "./cases.ts";

const bad = "bad-request";
const host = "Host: a.example";

const hosts: readonly WireCase[] = [
  { threat: 22, name: "no Host", wire: request("GET / HTTP/1.1", "X: y"), want: bad },
  { threat: 22, name: "no field at all", wire: request("GET / HTTP/1.1"), want: bad },
  { threat: 22, name: "two Hosts", wire: get("Host: b.example"), want: bad },
  { threat: 22, name: "two equal Hosts", wire: get(host), want: bad },
  { threat: 22, name: "two Hosts in two cases", wire: get("HOST: b.example"), want: bad },
  {
    threat: 22,
    name: "two Hosts in HTTP/1.0",
    wire: request("GET / HTTP/1.0", host, host),
    want: bad,
  },
  {
    threat: 22,
    name: "HTTP/1.0 does without",
    wire: request("GET / HTTP/1.0"),
    want: ["GET / HTTP/1.0 - none", "end close"],
  },
  {
    threat: 23,
    name: "an absolute-form without Host",
    wire: request("GET http://b.example/ HTTP/1.1"),
    want: bad,
  },
];

const badHosts = [
  "",
  "a, b",
  "a,b",
  "a b",
  "user@a.example",
  "a.example/x",
  "a.example?x",
  "a.example#x",
  "http://a.example",
  "a.example:",
  "a.example:x",
  "a.example:-1",
  "a.example:65536",
  "a.example:8 0",
  "a.example:80:80",
  "a%2eexample",
  "a\\b",
  "a\xa0",
  "\xe4.example",
  "[::1",
  "::1",
  "[::1]x",
  "[1.2.3.4]",
  "[::1%25eth0]",
  "[:::]",
  "[1:2:3:4:5:6:7:8:9]",
  "[g::1]",
  "-a.example",
  ".",
  "$a",
  "a".repeat(256),
].map((value): WireCase => {
  const wire = request("GET / HTTP/1.1", `Host: ${value}`);
  return { threat: 22, name: `Host ${value.slice(0, 40)}`, wire, want: bad };
});

const goodHosts = [
  ["a.example", "a.example"],
  ["A.Example:8080", "a.example:8080"],
  ["a.example.", "a.example."],
  ["127.0.0.1", "127.0.0.1"],
  ["[::1]", "[::1]"],
  ["[2001:DB8::1]:443", "[2001:db8::1]:443"],
  ["[::ffff:1.2.3.4]:1", "[::ffff:1.2.3.4]:1"],
  ["x_y.example", "x_y.example"],
  ["a:65535", "a:65535"],
  ["a".repeat(255), "a".repeat(255)],
].map(([sent = "", seen = ""]): WireCase => {
  const wire = request("GET / HTTP/1.1", `Host: ${sent}`);
  const name = `Host ${sent.slice(0, 40)} is taken`;
  return { threat: 22, name, wire, want: [`GET / HTTP/1.1 ${seen} none`, "end keep"] };
});

const absolutes = [
  ["http://b.example/x?y", "/x?y b.example"],
  ["HTTP://B.Example:81/x", "/x b.example:81"],
  ["http://b.example", "/ b.example"],
  ["http://b.example?y=/", "/?y=/ b.example"],
  ["http://b.example//x/../y", "//x/../y b.example"],
  ["http://[::1]:8080/", "/ [::1]:8080"],
  ["https://b.example/", "/ b.example"],
].map(([target = "", seen = ""]): WireCase => {
  const [path, authority] = seen.split(" ");
  const wire = request(`GET ${target} HTTP/1.1`, host);
  const want = [`GET ${path} HTTP/1.1 ${authority} none absolute`, "end keep"];
  return { threat: 23, name: `${target} counts, Host does not`, wire, want };
});

const badTargets = [
  "a.example:80",
  "*",
  "x",
  "?x",
  "\\x",
  "/x#y",
  "#",
  "/\xe4",
  "/\x85",
  "/\x01",
  "/\x7f",
  "/x\ty",
  "http:/b.example/",
  "http:///x",
  "http://u@b.example/",
  "http://u:p@b.example/",
  "http://b.example:x/",
  "http://b example/",
  "http://b.example#x",
  "ftp://b.example/",
  "unix:/run/x|http://b/",
  "//",
].map((target): WireCase => {
  const isPath = target === "//";
  const wire = request(`GET ${target} HTTP/1.1`, host);
  const want = ["GET // HTTP/1.1 a.example none", "end keep"];
  const threat = target.startsWith("http") || target.startsWith("ftp") ? 24 : 25;
  return { threat, name: `target ${JSON.stringify(target)}`, wire, want: isPath ? want : bad };
});

const methods: readonly WireCase[] = [
  ["OPTIONS *", ["OPTIONS * HTTP/1.1 a.example none", "end keep"]],
  ["OPTIONS http://b.example", ["OPTIONS * HTTP/1.1 b.example none absolute", "end keep"]],
  ["OPTIONS http://b.example/", ["OPTIONS / HTTP/1.1 b.example none absolute", "end keep"]],
  ["CONNECT b.example:443", ["CONNECT b.example:443 HTTP/1.1 b.example:443 none", "end close"]],
  ["CONNECT b.example", bad],
  ["CONNECT /", bad],
  ["CONNECT http://b.example/", bad],
  ["POST *", bad],
  ["TRACE /", ["TRACE / HTTP/1.1 a.example none", "end keep"]],
].map(([line = "", want = ""]): WireCase => {
  const wire = request(`${String(line)} HTTP/1.1`, host);
  return { threat: 25, name: String(line), wire, want: want as WireCase["want"] };
});

const versions = (
  [
    ["HTTP/1.2", ["GET / HTTP/1.1 a.example none", "end keep"]],
    ["HTTP/1.9", ["GET / HTTP/1.1 a.example none", "end keep"]],
    ["HTTP/2.0", "version-not-supported"],
    ["HTTP/9.9", "version-not-supported"],
    ["HTTP/0.9", "version-not-supported"],
    ["HTTP/01.1", "version-not-supported"],
    ["HTTP/1.11", bad],
    ["HTTP/1.", bad],
    ["HTTP/1", bad],
    ["HTTP/1,1", bad],
    ["HTTP/11", bad],
    ["HTTP/-1.1", bad],
    ["http/1.1", bad],
    ["HTTP/1.1 ", bad],
    ["HTTP/1.1\t", bad],
    ["HTTP /1.1", bad],
    ["HTTPS/1.1", bad],
    ["ICY/1.1", bad],
    ["", bad],
  ] satisfies [string, FailureCode | readonly string[]][]
).map(([version, want]): WireCase => {
  return {
    threat: 26,
    name: `version "${version}"`,
    wire: request(`GET / ${version}`, host),
    want,
  };
});

const lines: readonly WireCase[] = [
  { threat: 26, name: "HTTP/0.9", wire: "GET /\r\n", want: bad },
  { threat: 27, name: "a method with a slash", wire: request("GE/T / HTTP/1.1", host), want: bad },
  { threat: 27, name: "a method with a colon", wire: request("GET: / HTTP/1.1", host), want: bad },
  {
    threat: 27,
    name: "a method of high bytes",
    wire: request("G\xcbT / HTTP/1.1", host),
    want: bad,
  },
  { threat: 27, name: "a method with NUL", wire: request("GET\0 / HTTP/1.1", host), want: bad },
  { threat: 27, name: "no method", wire: request(" / HTTP/1.1", host), want: bad },
  {
    threat: 27,
    name: "an unknown method is whole, and its case kept",
    wire: request("GETx / HTTP/1.1", host) + request("get / HTTP/1.1", host),
    want: [
      "GETx / HTTP/1.1 a.example none",
      "end keep",
      "get / HTTP/1.1 a.example none",
      "end keep",
    ],
  },
  {
    threat: 27,
    name: "a method of 64 bytes",
    wire: request(`${"M".repeat(64)} / HTTP/1.1`, host),
    want: [`${"M".repeat(64)} / HTTP/1.1 a.example none`, "end keep"],
  },
  {
    threat: 27,
    name: "a method of 65 bytes",
    wire: request(`${"M".repeat(65)} / HTTP/1.1`, host),
    want: "not-implemented",
  },
  {
    threat: 28,
    name: "two spaces before the target",
    wire: request("GET  / HTTP/1.1", host),
    want: bad,
  },
  { threat: 28, name: "two spaces behind it", wire: request("GET /  HTTP/1.1", host), want: bad },
  {
    threat: 28,
    name: "a tab before the target",
    wire: request("GET\t/ HTTP/1.1", host),
    want: bad,
  },
  { threat: 28, name: "a tab behind it", wire: request("GET /\tHTTP/1.1", host), want: bad },
  {
    threat: 28,
    name: "a space in the target",
    wire: request("GET /a b HTTP/1.1", host),
    want: bad,
  },
  { threat: 28, name: "a space first", wire: ` ${get()}`, want: bad },
  {
    threat: 29,
    name: "four empty lines are ignored",
    wire: `\r\n\r\n\r\n\r\n${get()}`,
    want: ["GET / HTTP/1.1 a.example none", "end keep"],
  },
  { threat: 29, name: "five are not", wire: `\r\n\r\n\r\n\r\n\r\n${get()}`, want: bad },
  { threat: 29, name: "a bare LF first", wire: `\n${get()}`, want: bad },
  { threat: 29, name: "a bare CR first", wire: `\r${get()}`, want: bad },
  { threat: 29, name: "CR CR LF first", wire: `\r\r\n${get()}`, want: bad },
  {
    threat: 29,
    name: "an empty line between requests",
    wire: `${get()}\r\n${get()}\r\n`,
    want: [
      "GET / HTTP/1.1 a.example none",
      "end keep",
      "GET / HTTP/1.1 a.example none",
      "end keep",
    ],
  },
  {
    threat: 139,
    name: "what stands behind a CONNECT is never another request",
    wire: request("CONNECT b.example:443 HTTP/1.1", host) + get(),
    want: ["CONNECT b.example:443 HTTP/1.1 b.example:443 none", "end close"],
  },
  {
    threat: 36,
    name: "the preface of HTTP/2",
    wire: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    want: "version-not-supported",
  },
];

checkRequests([...hosts, ...badHosts, ...goodHosts]);
checkRequests([...absolutes, ...badTargets, ...methods, ...versions]);
checkRequests(lines);
