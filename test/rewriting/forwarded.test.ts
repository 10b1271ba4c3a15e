/** What an upstream learns about the client, from whom, and who the client is. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { IpSet } from "../../src/base/ip-set.ts";
import { Fields } from "../../src/http/fields.ts";
import {
  clientIpOf,
  setForwardedFields,
  type ForwardedView,
} from "../../src/rewriting/forwarded.ts";

type Lines = readonly (readonly [name: string, value: string])[];

interface Case {
  readonly name: string;
  readonly view?: Partial<ForwardedView>;
  readonly sent?: Lines;
  readonly want: Lines;
}

const usual: ForwardedView = {
  peerIp: "9.9.9.9",
  peerTrusted: false,
  scheme: "http",
  authority: "example.com:8080",
  rfc7239: false,
  prefix: "",
};

const own: Lines = [
  ["X-Forwarded-For", "9.9.9.9"],
  ["X-Forwarded-Host", "example.com:8080"],
  ["X-Forwarded-Proto", "http"],
];

const lies: Lines = [
  ["X-Forwarded-For", "1.1.1.1"],
  ["x-forwarded-for", "2.2.2.2"],
  ["X-Forwarded-Host", "evil.example"],
  ["X-Forwarded-Proto", "https"],
  ["X-Forwarded-Port", "443"],
  ["X-Forwarded-Prefix", "/evil"],
  ["X-Real-IP", "1.1.1.1"],
  ["Forwarded", "for=1.1.1.1"],
];

const cases: readonly Case[] = [
  { name: "nothing was sent", want: own },
  { name: "other fields stay", sent: [["X-Other", "1"]], want: [["X-Other", "1"], ...own] },
  {
    name: "an unknown peer's claims are replaced",
    sent: lies,
    want: [...own, ["X-Real-IP", "9.9.9.9"]],
  },
  {
    name: "with Forwarded",
    view: { rfc7239: true, peerIp: "2001:db8::1" },
    sent: lies,
    want: [
      ["X-Forwarded-For", "2001:db8::1"],
      ...own.slice(1),
      ["X-Real-IP", "2001:db8::1"],
      ["Forwarded", 'for="[2001:db8::1]";host="example.com:8080";proto=http'],
    ],
  },
  {
    name: "the plain form of an address",
    view: { peerIp: "::ffff:9.9.9.9", prefix: "/app" },
    want: [...own, ["X-Forwarded-Prefix", "/app"]],
  },
  {
    name: "a Unix socket, and no Host",
    view: { peerIp: "", authority: "", rfc7239: true },
    sent: lies,
    want: [
      ["X-Forwarded-Proto", "http"],
      ["Forwarded", "for=unknown;proto=http"],
    ],
  },
  { name: "a trusted peer that says nothing", view: { peerTrusted: true }, want: own },
  {
    name: "a trusted peer is added to",
    view: { peerTrusted: true, prefix: "/app" },
    sent: [
      ["X-Forwarded-For", "1.1.1.1"],
      ["X-Forwarded-Proto", "https"],
      ["X-Forwarded-Host", "public.example"],
      ["X-Forwarded-Port", "443"],
      ["X-Forwarded-Prefix", "/outer"],
      ["X-Real-IP", "1.1.1.1"],
      ["x-forwarded-for", "2.2.2.2"],
      ["Forwarded", "for=1.1.1.1"],
    ],
    want: [
      ["X-Forwarded-For", "1.1.1.1, 2.2.2.2, 9.9.9.9"],
      ["X-Forwarded-Proto", "https"],
      ["X-Forwarded-Host", "public.example"],
      ["X-Forwarded-Port", "443"],
      ["X-Forwarded-Prefix", "/outer/app"],
      ["X-Real-IP", "1.1.1.1"],
      ["Forwarded", "for=1.1.1.1"],
      ["Forwarded", 'for=9.9.9.9;host="example.com:8080";proto=http'],
    ],
  },
  {
    name: "a trusted peer's prefix that is no path",
    view: { peerTrusted: true },
    sent: [["X-Forwarded-Prefix", "//evil.example"]],
    want: own,
  },
];

for (const { name, view, sent = [], want } of cases) {
  void test(`forwarded fields: ${name} (threat 60)`, () => {
    const fields = Fields.of(sent);
    setForwardedFields(fields, { ...usual, ...view });
    assert.deepEqual(linesOf(fields), want);
  });
}

const badSchemes: readonly (readonly string[])[] = [
  ["HTTPS"],
  ["https,http"],
  ["https", "http"],
  ["https", "https"],
  ["wss"],
  ["on"],
  [""],
];

for (const sent of badSchemes) {
  void test(`forwarded fields: the scheme ${sent.join(" and ")} is dropped (threat 60)`, () => {
    const fields = Fields.of(sent.map((proto) => ["X-Forwarded-Proto", proto]));
    setForwardedFields(fields, { ...usual, peerTrusted: true });
    assert.deepEqual(fields.allNamed("x-forwarded-proto"), ["http"]);
  });
}

interface ClientCase {
  readonly name: string;
  readonly trust?: readonly string[];
  readonly peer?: string;
  readonly sent: Lines;
  readonly want: string;
}

const chain = (value: string): Lines => [["X-Forwarded-For", value]];
const proxies = ["10.0.0.0/8", "fd00::/8"];

const clientCases: readonly ClientCase[] = [
  { name: "nobody is trusted", trust: [], sent: chain("1.1.1.1"), want: "10.0.0.1" },
  { name: "the peer is not trusted", peer: "8.8.8.8", sent: chain("1.1.1.1"), want: "8.8.8.8" },
  { name: "nothing is said", sent: [], want: "10.0.0.1" },
  { name: "one hop", sent: chain("1.1.1.1"), want: "1.1.1.1" },
  {
    name: "the last that is not trusted",
    sent: chain("6.6.6.6, 1.1.1.1, 10.0.0.2"),
    want: "1.1.1.1",
  },
  { name: "all are trusted", sent: chain("10.0.0.3,10.0.0.2"), want: "10.0.0.3" },
  {
    name: "several lines are one list",
    sent: [...chain("6.6.6.6, 1.1.1.1"), ...chain("10.0.0.2")],
    want: "1.1.1.1",
  },
  { name: "ports and brackets", sent: chain("1.1.1.1:80, [fd00::2]:443"), want: "1.1.1.1" },
  { name: "a hole ends the chain", sent: chain("1.1.1.1, unknown, 10.0.0.2"), want: "10.0.0.2" },
  { name: "an empty node ends it too", sent: chain("1.1.1.1,,"), want: "10.0.0.1" },
  { name: "octal is no address", sent: chain("012.0.0.1"), want: "10.0.0.1" },
  {
    name: "mapped addresses",
    peer: "::ffff:10.0.0.1",
    sent: chain("::ffff:1.1.1.1"),
    want: "1.1.1.1",
  },
  {
    name: "Forwarded alone",
    sent: [["Forwarded", 'for=6.6.6.6, for="[fd00::2]"']],
    want: "6.6.6.6",
  },
  {
    name: "a broken Forwarded says nothing",
    sent: [["Forwarded", "for=1.1.1.1, ="]],
    want: "10.0.0.1",
  },
  {
    name: "X-Forwarded-For before Forwarded",
    sent: [["Forwarded", "for=6.6.6.6"], ...chain("1.1.1.1")],
    want: "1.1.1.1",
  },
  { name: "other fields are not read", sent: [["X-Real-IP", "1.1.1.1"]], want: "10.0.0.1" },
];

for (const { name, trust = proxies, peer = "10.0.0.1", sent, want } of clientCases) {
  void test(`client address: ${name} (threat 60)`, () => {
    assert.equal(clientIpOf(Fields.of(sent), peer, IpSet.of(trust)), want);
  });
}

function linesOf(fields: Fields): Lines {
  const lines: (readonly [string, string])[] = [];
  fields.each((name, value) => lines.push([name, value]));
  return lines;
}
