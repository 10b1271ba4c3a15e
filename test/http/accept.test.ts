/** Who gets HTML and who gets JSON (RFC 9110 §12.5.1). */

import assert from "node:assert/strict";
import { test } from "node:test";

import { wantsHtml } from "../../src/http/accept.ts";

interface Case {
  readonly name: string;
  readonly accept: string | undefined;
  readonly html: boolean;
}

const chrome = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8";

const cases: readonly Case[] = [
  { name: "none", accept: undefined, html: false },
  { name: "empty", accept: "", html: false },
  { name: "curl", accept: "*/*", html: false },
  { name: "a browser's page", accept: chrome, html: true },
  { name: "a browser's image", accept: "image/avif,image/webp,*/*;q=0.8", html: false },
  { name: "axios", accept: "application/json, text/plain, */*", html: false },
  { name: "HTML alone", accept: "text/html", html: true },
  { name: "in capitals", accept: "TEXT/HTML;Q=1", html: true },
  { name: "any text", accept: "text/*", html: true },
  { name: "JSON alone", accept: "application/json", html: false },
  { name: "problem alone", accept: "application/problem+json", html: false },
  { name: "both, HTML first", accept: "text/html, application/json", html: true },
  { name: "both, JSON first", accept: "application/json, text/html", html: false },
  { name: "both, JSON weighs more", accept: "text/html;q=0.5, application/json", html: false },
  { name: "both, HTML weighs more", accept: "application/json;q=0.5, text/html;q=0.9", html: true },
  {
    name: "problem weighs more than JSON",
    accept: "application/json;q=0.2, application/problem+json, text/html;q=0.5",
    html: false,
  },
  { name: "HTML refused", accept: "text/html;q=0, */*", html: false },
  { name: "HTML refused, text not", accept: "text/*, text/html;q=0", html: false },
  { name: "anything weighs more than HTML", accept: "text/html;q=0.5, */*", html: false },
  { name: "JSON refused", accept: "text/html;q=0.1, application/json;q=0", html: true },
  {
    name: "weights in thousandths",
    accept: "text/html;q=0.501, application/json;q=0.502",
    html: false,
  },
  {
    name: "space around the weight",
    accept: "text/html ; q = 0.1 , application/json",
    html: false,
  },
  { name: "a weight that is none", accept: "text/html;q=2, application/json;q=0.9", html: true },
  { name: "a comma in quotes", accept: 'x/y;a="text/html,", application/json', html: false },
  {
    name: "an escaped quote in quotes",
    accept: 'x/y;a="\\",text/html,", application/json',
    html: false,
  },
  { name: "quotes that never end", accept: 'x/y;a="text/html', html: false },
  { name: "a name beyond what is heard", accept: `${"a/b,".repeat(300)}text/html`, html: false },
];

for (const { name, accept, html } of cases) {
  void test(`accept: ${name}`, () => {
    assert.equal(wantsHtml(accept), html);
  });
}
