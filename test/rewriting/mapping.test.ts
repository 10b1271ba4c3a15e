/** Paths there and back, and the fields of responses in which an upstream names itself. */

import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { Fields } from "../../src/http/fields.ts";
import { mapResponseFields, mapTarget, withBasePath } from "../../src/rewriting/mapping.ts";
import type { PathMapping } from "../../src/rewriting/options.ts";
import { mapPathBack } from "../../src/rewriting/path-prefix.ts";
import type { MappingView } from "../../src/rewriting/reference.ts";

const strip: PathMapping = { publicPrefix: "/app", internalPrefix: "" };
const base: PathMapping = { publicPrefix: "", internalPrefix: "/int" };
const swap: PathMapping = { publicPrefix: "/shop", internalPrefix: "/v2/store" };
const deeper: PathMapping = { publicPrefix: "/app", internalPrefix: "/app/v2" };

const targets: readonly (readonly [mapping: PathMapping, target: string, want: string])[] = [
  [strip, "/app", "/"],
  [strip, "/app/", "/"],
  [strip, "/app?x=1", "/?x=1"],
  [strip, "/app/x?y=/app", "/x?y=/app"],
  [strip, "/app/app/x", "/app/x"],
  [strip, "/app//evil", "//evil"],
  [strip, "/app/%2e%2e/x;y", "/%2e%2e/x;y"],
  [strip, "/apple", "/apple"],
  [strip, "/", "/"],
  [strip, "*", "*"],
  [base, "/", "/int/"],
  [base, "/x?y", "/int/x?y"],
  [base, "/?y", "/int/?y"],
  [base, "*", "*"],
  [swap, "/shop", "/v2/store"],
  [swap, "/shop?a", "/v2/store?a"],
  [swap, "/shop/a//b", "/v2/store/a//b"],
];

for (const [mapping, target, want] of targets) {
  const shown = `${mapping.publicPrefix || "/"} to ${mapping.internalPrefix || "/"}`;
  void test(`mapping: ${shown}: ${target} (threat 65)`, () => {
    assert.equal(mapTarget(mapping, target), want);
  });
}

void test("mapping: there and back is the same, but for the slash at a prefix's end", () => {
  const segment = fc.constantFrom("", "a", "app", "int", "v2", "%2F", "..", ";x");
  const path = fc.array(segment, { maxLength: 5 }).map((segments) => `/${segments.join("/")}`);
  const query = fc.constantFrom("", "?", "?a=/b");
  fc.assert(
    fc.property(fc.constantFrom(strip, base, swap, deeper), path, query, (mapping, rest, tail) => {
      const target = mapping.publicPrefix + rest + tail;
      const internal = mapTarget(mapping, target);
      assert.ok(internal.startsWith("/"));
      // What bears the public prefix already, under one that is only taken off, is left alone.
      if (mapping === strip && /^\/app(?:[/?]|$)/.test(internal)) return;
      assert.equal(mapPathBack(mapping, internal), target);
    }),
    { numRuns: 500 },
  );
});

void test("mapping: an upstream's base path stands before the internal prefix", () => {
  assert.equal(withBasePath(undefined, ""), undefined);
  assert.equal(withBasePath(strip, ""), strip);
  assert.deepEqual(withBasePath(undefined, "/b"), { publicPrefix: "", internalPrefix: "/b" });
  assert.deepEqual(withBasePath(swap, "/b"), {
    publicPrefix: "/shop",
    internalPrefix: "/b/v2/store",
  });
});

const view: MappingView = {
  mapping: strip,
  publicScheme: "https",
  publicAuthority: "example.com",
  internalAuthorities: ["10.0.0.5:3000", "10.0.0.6:80", "app.internal"],
};

interface Case {
  readonly field: string;
  readonly view?: Partial<MappingView>;
  /** What was sent, and what the client gets; without the second it stays. */
  readonly values: readonly (readonly [sent: string, want?: string])[];
}

const noMapping = { mapping: undefined };

const cases: readonly Case[] = [
  {
    field: "Location",
    values: [
      ["/x", "/app/x"],
      ["/", "/app/"],
      ["/x?a=/b#/c", "/app/x?a=/b#/c"],
      ["/app/x"],
      ["/app"],
      ["/apple", "/app/apple"],
      ["http://10.0.0.5:3000/x", "https://example.com/app/x"],
      ["HTTP://10.0.0.5:3000", "https://example.com/app/"],
      ["http://10.0.0.5:3000?a", "https://example.com/app/?a"],
      ["http://10.0.0.5:3000/app/x", "https://example.com/app/x"],
      ["http://10.0.0.6/x", "https://example.com/app/x"],
      ["http://10.0.0.6:80/x", "https://example.com/app/x"],
      ["https://10.0.0.6/x"],
      ["http://APP.internal:80/x", "https://example.com/app/x"],
      ["https://app.internal:443/x", "https://example.com/app/x"],
      ["//app.internal/x", "//example.com/app/x"],
      ["http://10.0.0.5/x"],
      ["http://10.0.0.5:30001/x"],
      ["http://10.0.0.5:3000@evil.example/x"],
      ["http://u@10.0.0.5:3000/x"],
      ["http://elsewhere.example/x"],
      ["//elsewhere.example/x"],
      ["///x"],
      ["ftp://10.0.0.5:3000/x"],
      ["x.html"],
      ["../x"],
      ["?page=2"],
      ["#top"],
      ["mailto:a@b"],
    ],
  },
  {
    field: "Location",
    view: noMapping,
    values: [
      ["/x"],
      ["http://10.0.0.5:3000/x", "https://example.com/x"],
      ["http://10.0.0.5:3000", "https://example.com"],
      ["//app.internal", "//example.com"],
      ["http://elsewhere.example/x"],
    ],
  },
  {
    field: "Location",
    view: { mapping: base },
    values: [
      ["/int/x", "/x"],
      ["/int", "/"],
      ["/int?a", "/?a"],
      ["/intern"],
      ["/other"],
      ["http://app.internal/int/x", "https://example.com/x"],
      ["http://app.internal/other", "https://example.com/other"],
      ["/int//evil.example/", "https://example.com//evil.example/"],
      ["/int/\\evil.example", "https://example.com/\\evil.example"],
    ],
  },
  {
    field: "Location",
    view: { mapping: base, publicAuthority: "" },
    values: [
      ["/int//evil.example/", "/evil.example/"],
      ["http://app.internal/int/x", "/x"],
    ],
  },
  { field: "Location", view: { mapping: deeper }, values: [["/app/v2/x", "/app/x"], ["/app/x"]] },
  { field: "Content-Location", values: [["/x", "/app/x"], ["x"]] },
  {
    field: "Link",
    values: [
      ["</x>; rel=next", "</app/x>; rel=next"],
      [
        '</a.css>;rel=preload;as=style ,  <http://app.internal/b>; title="</c>, <d>"',
        '</app/a.css>;rel=preload;as=style ,  <https://example.com/app/b>; title="</c>, <d>"',
      ],
      ['<a>; title="\\"</b>"; x, </c>', '<a>; title="\\"</b>"; x, </app/c>'],
      ["<https://elsewhere.example/a,b>; rel=x, <a>"],
      ["</x"],
      ["/x"],
      ['"'],
    ],
  },
  {
    field: "Refresh",
    values: [
      ["5; url=/x", "5; url=/app/x"],
      ["0;URL='/x'", "0;URL='/app/x'"],
      ['3 , uRl = "/x" y', '3 , uRl = "/app/x" y'],
      ["5;/x", "5;/app/x"],
      ["1.5; url=http://app.internal/x", "1.5; url=https://example.com/app/x"],
      ["5"],
      ["5;"],
      ["5; url"],
      ["5; url=x"],
      ["url=/x"],
    ],
  },
  {
    field: "Set-Cookie",
    values: [
      ["a=1; Path=/; HttpOnly", "a=1; Path=/app; HttpOnly"],
      ["a=1;path=/x/;Secure", "a=1;path=/app/x/;Secure"],
      ["a=1; Path=/app"],
      ["a=1; Path=/app/x"],
      ["a=1; PATH = /x ; Domain=app.internal; Secure", "a=1; PATH = /app/x ; Secure"],
      ["a=1; Domain=.Internal; Path=/", "a=1; Path=/app"],
      ["a=1; Domain=10.0.0.5", "a=1"],
      ["a=1; Domain=example.com"],
      ["a=1; Domain=elsewhere.example"],
      ["a=1"],
      ["a=/; Expires=Wed, 09 Jun 2027 10:18:14 GMT"],
      ["Path=/; x"],
      ["a=1; Path=x"],
      ["a=1; Path"],
      ["__Host-a=1; Path=/; Secure"],
      ["__host-a=1; Path=/; Domain=app.internal", "__host-a=1; Path=/"],
      ["__Secure-a=1; Path=/; Secure", "__Secure-a=1; Path=/app; Secure"],
    ],
  },
  {
    field: "Set-Cookie",
    view: { publicAuthority: "www.example.com:8443", internalAuthorities: ["www.example.com"] },
    values: [["a=1; Domain=example.com"], ["a=1; Domain=.www.example.com"]],
  },
  {
    field: "Set-Cookie",
    view: { mapping: swap },
    values: [
      ["a=1; Path=/v2/store", "a=1; Path=/shop"],
      ["a=1; Path=/v2/store/", "a=1; Path=/shop/"],
      ["a=1; Path=/v2/store/x", "a=1; Path=/shop/x"],
      ["a=1; Path=/v2", "a=1; Path=/shop"],
      ["a=1; Path=/v2/", "a=1; Path=/shop"],
      ["a=1; Path=/", "a=1; Path=/shop"],
      ["a=1; Path=/v"],
    ],
  },
  { field: "Set-Cookie", view: { mapping: base }, values: [["a=1; Path=/int", "a=1; Path=/"]] },
  {
    field: "Set-Cookie",
    view: noMapping,
    values: [["a=1; Path=/"], ["a; Domain=app.internal", "a"]],
  },
  { field: "X-Other", values: [["/x"], ["http://10.0.0.5:3000/x"]] },
];

for (const { field, view: changed, values } of cases) {
  for (const [sent, want = sent] of values) {
    void test(`mapping: ${field}: ${sent} becomes ${want === sent ? "itself" : want}`, () => {
      const fields = Fields.of([
        ["X-Before", "1"],
        [field, sent],
        ["X-After", "2"],
      ]);
      mapResponseFields(fields, { ...view, ...changed });
      assert.equal(fields.write(), `X-Before: 1\r\n${field}: ${want}\r\nX-After: 2\r\n`);
    });
  }
}

void test("mapping: each line of Set-Cookie by itself, in order (threat 63)", () => {
  const fields = Fields.of([
    ["set-cookie", "a=1; Path=/x"],
    ["Set-Cookie", "b=2"],
    ["Set-Cookie", "c=3; Path=/y"],
  ]);
  mapResponseFields(fields, view);
  assert.deepEqual(fields.allNamed("set-cookie"), ["a=1; Path=/app/x", "b=2", "c=3; Path=/app/y"]);
});

void test("mapping: long hostile values are read in one pass", () => {
  const long = 100_000;
  for (const [name, value] of [
    ["Link", `<${'"'.repeat(long)}`],
    ["Link", `"${"\\".repeat(long)}`],
    ["Refresh", `5;${" ".repeat(long)}url${" ".repeat(long)}x`],
    ["Set-Cookie", `a${";".repeat(long)}x`],
    ["Location", `http://${"a".repeat(long)}x`],
  ] as const) {
    const fields = Fields.of([[name, value]]);
    mapResponseFields(fields, view);
    assert.deepEqual(fields.allNamed(name), [value]);
  }
});
