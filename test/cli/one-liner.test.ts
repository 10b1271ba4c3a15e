/** Command lines that are configs, and the banner over what they start. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { banner, isPublicName, type BoundListener } from "../../src/cli/banner.ts";
import { configOfProxy, configOfTargets } from "../../src/cli/one-liner.ts";

const targets: readonly (readonly [words: string, want: Record<string, string> | RegExp])[] = [
  ["3000", { "*": ":3000" }],
  [":3000", { "*": ":3000" }],
  ["localhost:3000", { "*": "localhost:3000" }],
  ["http://app/base", { "*": "http://app/base" }],
  ["unix:/run/app.sock", { "*": "unix:/run/app.sock" }],
  ["a.example=3000 b.example=:4000", { "a.example": ":3000", "b.example": ":4000" }],
  ["a.example=:1 5000", { "a.example": ":1", "*": ":5000" }],
  ["__proto__=:1", JSON.parse('{ "__proto__": ":1" }') as Record<string, string>],
  ["=3000", /cannot read "=3000"/],
  ["a.example=", /cannot read "a\.example="/],
  ["a.example=b", /want a port, HOST=UPSTREAM or UPSTREAM/],
  ["a.example=:1 a.example=:2", /foregate proxy --from a\.example --to :1 --to :2/],
];

for (const [words, want] of targets) {
  void test(`foregate ${words}`, () => {
    const config = configOfTargets(words.split(" "));
    if (want instanceof RegExp) {
      assert.ok(typeof config === "string");
      assert.match(config, want);
    } else assert.deepEqual(config, { listen: ":8080", sites: want });
  });
}

const froms: readonly (readonly [from: string, listen: string, host: string])[] = [
  [":18401", ":18401", "*"],
  ["18401", "18401", "*"],
  ["*:80", "*:80", "*"],
  ["127.0.0.1:80", "127.0.0.1:80", "*"],
  ["[::1]:80", "[::1]:80", "*"],
  ["unix:/run/f.sock", "unix:/run/f.sock", "*"],
  ["example.com", ":8080", "example.com"],
  ["example.com:81", ":81", "example.com"],
  ["*.example.com", ":8080", "*.example.com"],
];

for (const [from, listen, host] of froms) {
  void test(`foregate proxy --from ${from}`, () => {
    const config = configOfProxy({ from, to: ["3000", "app:1"], balance: undefined });
    assert.deepEqual(config, { listen, sites: { [host]: { proxy: { to: [":3000", "app:1"] } } } });
  });
}

const everywhere: BoundListener = { label: ":8080", address: "::", port: 8080 };

const banners: readonly {
  readonly name: string;
  readonly listeners: readonly BoundListener[];
  readonly hosts: readonly string[];
  readonly want: readonly string[];
}[] = [
  {
    name: "names in one column",
    listeners: [everywhere],
    hosts: ["*", "a.test"],
    want: ["➜  http://localhost:8080  → api", "➜  http://a.test:8080     → api"],
  },
  {
    name: "port 80 is not written",
    listeners: [{ label: ":80", address: "0.0.0.0", port: 80 }],
    hosts: ["a.test"],
    want: ["➜  http://a.test  → api"],
  },
  {
    name: "an address instead of localhost, and other listeners",
    listeners: [{ label: "[::1]:1", address: "::1", port: 1 }, everywhere],
    hosts: ["*"],
    want: ["➜  http://[::1]:1  → api", "also on :8080"],
  },
  {
    name: "a socket only",
    listeners: [{ label: "unix:/run/f.sock", address: "/run/f.sock", port: 0 }],
    hosts: ["*", "a.test"],
    want: ["➜  unix:/run/f.sock            → api", "➜  a.test on unix:/run/f.sock  → api"],
  },
  {
    name: "public names over plain HTTP",
    listeners: [{ label: ":80", address: "::", port: 80 }],
    hosts: ["a.dev", "b.dev", "c.internal"],
    want: [
      "➜  http://a.dev       → api",
      "➜  http://b.dev       → api",
      "➜  http://c.internal  → api",
      "Plain HTTP is served for a.dev and 1 more: HTTPS is not available in this version.",
    ],
  },
];

for (const { name, listeners, hosts, want } of banners) {
  void test(`banner: ${name}`, () => {
    const sites = hosts.map((host) => ({ host, leadsTo: ["api"] }));
    const [, first, , ...lines] = banner({ listeners, metrics: [], sites, tookMs: 141.7 }).split(
      "\n",
    );
    assert.match(first ?? "", /^ {2}foregate \d+\.\d+\.\d+ {2}ready in 142 ms$/);
    assert.deepEqual(
      lines.map((line) => line.trim()).filter((line) => line !== ""),
      want,
    );
  });
}

void test("banner: at most ten sites, and at most three targets each", () => {
  const leadsTo = ["a", "b", "c", "d", "e"];
  const sites = Array.from({ length: 12 }, (_, at) => ({ host: `s${at}.test`, leadsTo }));
  const lines = banner({ listeners: [everywhere], metrics: [], sites, tookMs: 1 }).split("\n");
  assert.equal(lines.filter((line) => line.includes("➜")).length, 10);
  assert.ok(lines.includes("     and 2 more"));
  assert.match(lines.join("\n"), /→ a, b, c and 2 more\n/);
});

const names: readonly (readonly [host: string, isPublic: boolean])[] = [
  ["foregate.dev", true],
  ["*.foregate.dev", true],
  ["*", false],
  ["localhost", false],
  ["app", false],
  ["10.0.0.1", false],
  ["[::1]", false],
  ["printer.local", false],
  ["nas.home.arpa", false],
  ["a.test", false],
  ["notatest", false],
  ["mytest.dev", true],
];

for (const [host, isPublic] of names) {
  void test(`${host} is ${isPublic ? "a" : "no"} public name`, () => {
    assert.equal(isPublicName(host), isPublic);
  });
}

void test("banner: where the metrics are", () => {
  const sites = [{ host: "*", leadsTo: ["api"] }];
  const shown = (metrics: typeof everywhere): string =>
    banner({ listeners: [everywhere], metrics: [metrics], sites, tookMs: 1 });
  const loopback = { label: "127.0.0.1:9090", address: "127.0.0.1", port: 9090 };
  assert.match(shown(loopback), /\n {5}metrics on http:\/\/127\.0\.0\.1:9090\/metrics\n/);
  const socket = { label: "unix:/run/m.sock", address: "/run/m.sock", port: 0 };
  assert.match(shown(socket), /\n {5}metrics on unix:\/run\/m\.sock\n/);
});
