/** Redaction: no value of a secret parameter is left, however its name is spelled (threat 170). */

import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { redactionDefaults } from "../../src/observe/options.ts";
import { Redaction } from "../../src/observe/redaction.ts";

const usual = new Redaction(redactionDefaults);

const targets = [
  { name: "no query", target: "/a/token=x", want: "/a/token=x" },
  { name: "nothing secret", target: "/?a=1&b=2&empty=&flag", want: "/?a=1&b=2&empty=&flag" },
  { name: "one", target: "/?token=x", want: "/?token=***" },
  { name: "among others", target: "/?a=1&token=x&b=2", want: "/?a=1&token=***&b=2" },
  {
    name: "several",
    target: "/?code=1&state=2&id_token=3",
    want: "/?code=***&state=2&id_token=***",
  },
  { name: "an empty one", target: "/?token=&a=1", want: "/?token=&a=1" },
  { name: "without a value", target: "/?token&a=1", want: "/?token&a=1" },
  { name: "with = in its value", target: "/?token=a=b==&c=d", want: "/?token=***&c=d" },
  { name: "its name as a value", target: "/?a=token&b=token=", want: "/?a=token&b=token=" },
  { name: "a longer name", target: "/?tokens=1&mytoken=2", want: "/?tokens=1&mytoken=2" },
  { name: "in capitals", target: "/?TOKEN=x&Api-Key=y", want: "/?TOKEN=***&Api-Key=***" },
  { name: "one letter encoded", target: "/?%74oken=x", want: "/?%74oken=***" },
  { name: "all letters encoded", target: "/?%74%6F%6b%65%6e=x", want: "/?%74%6F%6b%65%6e=***" },
  { name: "encoded in capitals", target: "/?%54OKEN=x", want: "/?%54OKEN=***" },
  {
    name: "broken encodings",
    target: "/?%=1&%7=2&%zz=3&token=x",
    want: "/?%=1&%7=2&%zz=3&token=***",
  },
  { name: "marks in the name", target: "/?api_key=x&api.key=y", want: "/?api_key=***&api.key=***" },
  {
    name: "spaces around it",
    target: "/?+token+=x&%20token=y",
    want: "/?+token+=***&%20token=***",
  },
  { name: "a NUL behind it", target: "/?token%00=x", want: "/?token%00=***" },
  { name: "in brackets", target: "/?user[password]=x", want: "/?user[password]=***" },
  {
    name: "in encoded brackets",
    target: "/?user%5Bpassword%5D=x",
    want: "/?user%5Bpassword%5D=***",
  },
  { name: "a list", target: "/?token[]=x", want: "/?token[]=***" },
  { name: "behind a semicolon", target: "/?a=1;token=x&b=2", want: "/?a=1;token=***&b=2" },
  { name: "with a semicolon in it", target: "/?token=x;y&b=2", want: "/?token=***&b=2" },
  { name: "behind a second ?", target: "/?a?token=x&b=2", want: "/?a?token=***&b=2" },
  {
    name: "inside a URL that is a value",
    target: "/login?next=%2Fin%3Fa%3D1%26token%3Dx&b=2",
    want: "/login?next=%2Fin%3Fa%3D1%26token%3D***&b=2",
  },
  { name: "a mask in place of a mask", target: "/?token=***", want: "/?token=***" },
];

for (const { name, target, want } of targets) {
  void test(`redaction: a target with ${name}`, () => assert.equal(usual.target(target), want));
}

const referers = [
  { name: "none", referer: "", want: "" },
  { name: "no query", referer: "https://a.example/token=x", want: "https://a.example/token=x" },
  { name: "a query", referer: "https://a.example/?token=x", want: "https://a.example/?token=***" },
  {
    name: "a fragment",
    referer: "https://a.example/cb#access_token=x&b=2",
    want: "https://a.example/cb#access_token=***&b=2",
  },
  {
    name: "a query and a fragment",
    referer: "https://a.example/?a=1#access_token=x",
    want: "https://a.example/?a=1#access_token=***",
  },
  { name: "a password", referer: "https://me:pw@a.example/@", want: "https://***@a.example/@" },
  { name: "two @", referer: "//me:p@w@a.example/?b=@", want: "//***@a.example/?b=@" },
];

for (const { name, referer, want } of referers) {
  void test(`redaction: a referer with ${name}`, () => {
    assert.equal(usual.referer(referer), want);
  });
}

void test("redaction: every name of the list, and names of the user's", () => {
  const own = new Redaction({
    ...redactionDefaults,
    parameters: [...redactionDefaults.parameters, "Ticket-Id"],
  });
  for (const name of [...redactionDefaults.parameters, "ticket_id"]) {
    assert.equal(own.target(`/?a=1&${name}=sesame&b=2`), `/?a=1&${name}=***&b=2`);
  }
  assert.equal(usual.target("/?ticket_id=1"), "/?ticket_id=1");
});

void test("redaction: fields", () => {
  const own = new Redaction({ fields: ["cookie", "referer", "user-agent"], parameters: ["token"] });
  assert.equal(own.field("cookie", "id=sesame"), "***");
  assert.equal(own.field("x-tenant", "a"), "a");
  assert.equal(own.field("x-original-url", "/a?token=sesame"), "/a?token=***");
  assert.deepEqual([own.referer("https://a.example/"), own.referer("")], ["***", ""]);
  assert.deepEqual([own.userAgent("curl/8"), own.userAgent("")], ["***", ""]);
});

void test("redaction: what no line can hold is not looked at, and says that it is cut", () => {
  const target = `/?a=${"x".repeat(100)}&token=${"sesame".repeat(2_000)}`;
  const masked = usual.target(target);
  assert.equal(masked, `/?a=${"x".repeat(100)}&token=***…`);
  const late = usual.target(`/?a=${"x".repeat(5_000)}&token=sesame`);
  assert.ok(late.endsWith("x…") && !late.includes("sesame"));
});

/** A name as a client may spell it, so that a server still reads the same one. */
const spelling = (name: string): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom("plain", "capital", "encoded", "ENCODED"), {
      minLength: name.length,
      maxLength: name.length,
    })
    .map((ways) =>
      Array.from(name, (letter, at) => {
        const hex = letter.charCodeAt(0).toString(16);
        if (ways[at] === "plain") return letter;
        if (ways[at] === "capital") return letter.toUpperCase();
        return `%${ways[at] === "encoded" ? hex : hex.toUpperCase()}`;
      }).join(""),
    );

void test("threat 170: no spelling of a name gets its value through", () => {
  const others = fc.array(
    fc.string({ unit: fc.constantFrom(...Array.from("ab1=;%&?#/.[]+")), maxLength: 12 }),
  );
  const names = fc.constantFrom(...redactionDefaults.parameters).chain(spelling);
  fc.assert(
    fc.property(others, names, others, (before, name, after) => {
      const query = [...before, `${name}=sesame`, ...after].join("&");
      assert.doesNotMatch(usual.target(`/?${query}`), /sesame/);
      assert.doesNotMatch(usual.referer(`https://a.example/#${query}`), /sesame/);
    }),
    { numRuns: 500 },
  );
});
