/** Redirects lead where the config says, whatever the client sends. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { redirectLocation } from "../../src/rewriting/redirect.ts";
import { readTemplate } from "../../src/rewriting/template.ts";
import { requestOf, type RequestWords } from "../routing/request-of.ts";

const cases: readonly (readonly [text: string, sent: RequestWords, want: string])[] = [
  ["https://example.com$uri", { target: "/a?b" }, "https://example.com/a?b"],
  ["https://$host$uri", { authority: "a.b:8080", target: "/x" }, "https://a.b/x"],
  ["https://$host:8443$uri", { authority: "[::1]:80", target: "/x" }, "https://[::1]:8443/x"],
  ["https://www.${host}$path?$query", { authority: "a.b", target: "/x?y" }, "https://www.a.b/x?y"],
  ["$scheme://new.example$uri", { scheme: "https", target: "/x" }, "https://new.example/x"],
  ["/login?next=$uri", { target: "/a" }, "/login?next=/a"],
  ["/new/$header.x-id", { fields: [["X-Id", "7"]] }, "/new/7"],
  ["$uri/", { target: "/a" }, "/a/"],
  ["/ä b", {}, "/%C3%A4%20b"],
  ["https://example.com$uri", { target: "/%0d%0a%2e" }, "https://example.com/%0d%0a%2e"],
  [
    "https://example.com$uri",
    { target: '/"<>\\^`{|}\xe4' },
    "https://example.com/%22%3C%3E%5C%5E%60%7B%7C%7D%E4",
  ],
  [
    "https://example.com$uri",
    { target: "//evil.example/x" },
    "https://example.com//evil.example/x",
  ],

  // What would be another server.
  ["$uri", { target: "//evil.example/x" }, "/evil.example/x"],
  ["$path", { target: "/\\evil.example" }, "/evil.example"],
  ["$path", { target: "/\\/\\evil.example" }, "/evil.example"],
  ["/$path", { target: "/evil.example" }, "/evil.example"],
  ["$path/login", { target: "/" }, "/login"],
  ["$path$path", { target: "//" }, "/"],
  ["//$path", { target: "/evil.example" }, "/evil.example"],
  ["$query", { target: "/?https://evil.example" }, "/https://evil.example"],
  ["$query", { target: "/?//evil.example" }, "/evil.example"],
  ["$header.x", { fields: [["X", "javascript:alert(1)"]] }, "/javascript:alert(1)"],
  ["$header.x", { fields: [["X", "\\\\evil.example"]] }, "/evil.example"],
  ["/$cookie.c", { fields: [["Cookie", "c=/evil.example"]] }, "/evil.example"],
  ["https://example.com$query", { target: "/?.evil.example" }, "https://example.com/.evil.example"],
  ["https://example.com$query", { target: "/?@evil.example" }, "https://example.com/@evil.example"],
  ["https://example.com$uri", { target: "*" }, "https://example.com/*"],
  ["https://$header.x/", { fields: [["X", "evil.example"]] }, "/evil.example/"],
  ["https:$uri", { target: "//evil.example" }, "/evil.example"],
  ["https:/$path", { target: "/evil.example" }, "/evil.example"],
  ["https://$host$uri", { authority: "", target: "/evil.example" }, "/evil.example"],
  ["https://$host$uri", { authority: "", target: "//evil.example" }, "/evil.example"],
];

for (const [text, sent, want] of cases) {
  const shown = JSON.stringify(sent).slice(0, 60);
  void test(`redirect: ${text} of ${shown} (threat 62)`, () => {
    const read = readTemplate(text);
    assert.ok("template" in read);
    assert.equal(redirectLocation(read.template, { head: requestOf(sent), clientIp: "" }), want);
  });
}

void test("redirect: no path leads a browser to another server", () => {
  const starts = ["//", "/\\", "///", "/\\\\", "/\t/", "/\\/", "//\\", "/ /"];
  for (const text of ["$uri", "$path", "/$uri", "https://example.com$uri", "$uri$uri"]) {
    const read = readTemplate(text);
    assert.ok("template" in read);
    for (const start of starts) {
      const head = requestOf({ target: `${start}evil.example/x?y` });
      const location = redirectLocation(read.template, { head, clientIp: "" });
      assert.equal(new URL(location, "https://example.com/a/").host, "example.com", location);
    }
  }
});
