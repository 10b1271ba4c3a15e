/** Threats of the request line, the target and `Host` (A of the list). */

import { get, testThreats, type ThreatRow } from "./threat-rows.ts";

const refused = { answers: [400] } as const;

/** A request line and nothing else that could be wrong. */
const line = (text: string): string => `${text}\r\nHost: x\r\n\r\n`;
const withHost = (lines: string): string => `GET / HTTP/1.1\r\n${lines}\r\n`;

const onlyX = (to: string): unknown => ({ sites: { x: to } });

const rows: readonly ThreatRow[] = [
  { threat: 22, name: "no Host", bytes: withHost(""), ...refused },
  { threat: 22, name: "two Hosts", bytes: withHost("Host: x\r\nHost: y\r\n"), ...refused },
  { threat: 22, name: "Host twice, equal", bytes: withHost("Host: x\r\nHost: x\r\n"), ...refused },
  { threat: 22, name: "a list of Hosts", bytes: withHost("Host: a, b\r\n"), ...refused },
  { threat: 22, name: "empty Host", bytes: withHost("Host:\r\n"), ...refused },
  { threat: 22, name: "userinfo", bytes: withHost("Host: u@x\r\n"), ...refused },
  { threat: 22, name: "a path in Host", bytes: withHost("Host: x/y\r\n"), ...refused },
  { threat: 22, name: "a space in Host", bytes: withHost("Host: x y\r\n"), ...refused },
  { threat: 22, name: "a port too high", bytes: withHost("Host: x:65536\r\n"), ...refused },
  { threat: 22, name: "a port of letters", bytes: withHost("Host: x:http\r\n"), ...refused },
  { threat: 22, name: "an escaped Host", bytes: withHost("Host: x%2fy\r\n"), ...refused },
  {
    threat: 22,
    name: "userinfo in an absolute target",
    bytes: line("GET http://u:p@x/ HTTP/1.1"),
    ...refused,
  },
  {
    threat: 22,
    name: "empty authority in an absolute target",
    bytes: line("GET http:///p HTTP/1.1"),
    ...refused,
  },

  {
    threat: 23,
    name: "the target's authority counts, and Host is ignored",
    bytes: "GET http://one.test/p?q HTTP/1.1\r\nHost: two.test\r\n\r\n",
    answers: [200],
    upstream: ["GET /p?q HTTP/1.1\r\nHost: one.test\r\n\r\n"],
  },
  {
    threat: 23,
    name: "routes are found by the target's authority",
    bytes: "GET http://x/p HTTP/1.1\r\nHost: other\r\n\r\n",
    config: onlyX,
    answers: [200],
    upstream: ["GET /p HTTP/1.1\r\nHost: x\r\n\r\n"],
  },
  {
    threat: 24,
    name: "a whole URL of a host that is none of ours",
    bytes: "GET http://evil.test/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    config: onlyX,
    answers: [405],
  },
  {
    threat: 24,
    name: "https in the target leaves as a path",
    bytes: "GET https://x/p HTTP/1.1\r\nHost: x\r\n\r\n",
    config: onlyX,
    answers: [200],
    upstream: ["GET /p HTTP/1.1\r\nHost: x\r\n\r\n"],
  },
  { threat: 24, name: "another scheme", bytes: line("GET ftp://x/p HTTP/1.1"), ...refused },
  {
    threat: 24,
    name: "a Unix socket as target",
    bytes: line("GET unix:/run/x.sock HTTP/1.1"),
    ...refused,
  },

  {
    threat: 25,
    name: "authority-form without CONNECT",
    bytes: line("GET x:80 HTTP/1.1"),
    ...refused,
  },
  { threat: 25, name: "GET *", bytes: line("GET * HTTP/1.1"), ...refused },
  {
    threat: 25,
    name: "a target without slash",
    bytes: line("GET index.html HTTP/1.1"),
    ...refused,
  },
  { threat: 25, name: "a fragment", bytes: line("GET /a#b HTTP/1.1"), ...refused },
  { threat: 25, name: "a space in the target", bytes: line("GET /a b HTTP/1.1"), ...refused },
  { threat: 25, name: "a control in the target", bytes: line("GET /a\x01 HTTP/1.1"), ...refused },
  { threat: 25, name: "NUL in the target", bytes: line("GET /a\0 HTTP/1.1"), ...refused },
  { threat: 25, name: "DEL in the target", bytes: line("GET /a\x7f HTTP/1.1"), ...refused },
  { threat: 25, name: "8 bits in the target", bytes: line("GET /\xe9 HTTP/1.1"), ...refused },
  { threat: 25, name: "a backslash for a slash", bytes: line("GET \\a HTTP/1.1"), ...refused },
  {
    threat: 25,
    name: "a fragment in an absolute target",
    bytes: line("GET http://x/#a HTTP/1.1"),
    ...refused,
  },

  {
    threat: 26,
    name: "HTTP/1.2 counts as 1.1",
    bytes: line("GET / HTTP/1.2"),
    answers: [200],
    upstream: ["GET / HTTP/1.1\r\nHost: x\r\n\r\n"],
  },
  { threat: 26, name: "HTTP/2.0", bytes: line("GET / HTTP/2.0"), answers: [505] },
  { threat: 26, name: "HTTP/9.9", bytes: line("GET / HTTP/9.9"), answers: [505] },
  { threat: 26, name: "HTTP/01.1", bytes: line("GET / HTTP/01.1"), answers: [505] },
  { threat: 26, name: "HTTP/1.11", bytes: line("GET / HTTP/1.11"), ...refused },
  { threat: 26, name: "HTTP/1.", bytes: line("GET / HTTP/1."), ...refused },
  { threat: 26, name: "HTTP/1", bytes: line("GET / HTTP/1"), ...refused },
  { threat: 26, name: "lower case", bytes: line("GET / http/1.1"), ...refused },
  { threat: 26, name: "no version", bytes: line("GET / "), ...refused },
  { threat: 26, name: "HTTP/0.9", bytes: "GET /\r\n", ...refused },
  { threat: 26, name: "another protocol", bytes: line("GET / ICAP/1.0"), ...refused },

  { threat: 27, name: "a method with a bracket", bytes: line("GE(T / HTTP/1.1"), ...refused },
  { threat: 27, name: "a method with NUL", bytes: line("GE\0T / HTTP/1.1"), ...refused },
  { threat: 27, name: "no method", bytes: line(" / HTTP/1.1"), ...refused },
  {
    threat: 27,
    name: "a method too long",
    bytes: line(`${"M".repeat(65)} / HTTP/1.1`),
    answers: [501],
  },
  {
    threat: 27,
    name: "an unknown method goes on, whole",
    bytes: line("GETTING / HTTP/1.1"),
    answers: [200],
    upstream: ["GETTING / HTTP/1.1\r\nHost: x\r\n\r\n"],
  },
  {
    threat: 27,
    name: "lower case is another method",
    bytes: line("get / HTTP/1.1"),
    answers: [200],
    upstream: ["get / HTTP/1.1\r\nHost: x\r\n\r\n"],
  },

  { threat: 28, name: "two spaces before the target", bytes: line("GET  / HTTP/1.1"), ...refused },
  { threat: 28, name: "two spaces after it", bytes: line("GET /  HTTP/1.1"), ...refused },
  { threat: 28, name: "a tab", bytes: line("GET\t/ HTTP/1.1"), ...refused },
  { threat: 28, name: "a tab after the target", bytes: line("GET /\tHTTP/1.1"), ...refused },
  { threat: 28, name: "a space at the end", bytes: line("GET / HTTP/1.1 "), ...refused },
  { threat: 28, name: "a space at the start", bytes: line(" GET / HTTP/1.1"), ...refused },

  {
    threat: 29,
    name: "a few empty lines are let pass",
    bytes: `\r\n\r\n\r\n\r\n${get()}`,
    answers: [200],
    upstream: [get()],
  },
  { threat: 29, name: "many empty lines", bytes: `${"\r\n".repeat(5)}${get()}`, ...refused },
  { threat: 29, name: "an empty line of LF", bytes: `\n${get()}`, ...refused },
  { threat: 29, name: "a CR alone", bytes: `\r${get()}`, ...refused },

  {
    threat: 36,
    name: "the preface of HTTP/2",
    bytes: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    answers: [505],
  },
];

testThreats(rows);
