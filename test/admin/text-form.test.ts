/** Which form of the text a scraper gets. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { textFormFor } from "../../src/admin/text-form.ts";
import type { TextForm } from "../../src/observe/metrics-text.ts";

const open = "application/openmetrics-text";

const cases: readonly (readonly [accept: string | undefined, want: TextForm])[] = [
  [undefined, "prometheus"],
  ["", "prometheus"],
  ["*/*", "prometheus"],
  ["text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "prometheus"],
  ["text/plain;version=0.0.4", "prometheus"],
  [open, "openmetrics"],
  [`${open}; version=1.0.0; charset=utf-8`, "openmetrics"],
  [`${open};version="1.0.0"`, "openmetrics"],
  [`${open.toUpperCase()};Version=1.0.0`, "openmetrics"],
  [`${open};version=0.0.1`, "prometheus"],
  [`${open};version=2.0.0`, "prometheus"],
  [`${open};q=0`, "prometheus"],
  [`${open};q=2`, "prometheus"],
  [`${open};q=0.3,text/plain;q=0.5`, "prometheus"],
  [`${open};q=0.5,text/plain;q=0.5`, "openmetrics"],
  // What Prometheus 2 and 3 send.
  [
    `${open};version=1.0.0,${open};version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1`,
    "openmetrics",
  ],
  [
    `${open};version=1.0.0;escaping=allow-utf-8;q=0.6,${open};version=0.0.1;q=0.5,` +
      "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3," +
      "*/*;q=0.2",
    "openmetrics",
  ],
];

for (const [accept, want] of cases) {
  void test(`text form: ${accept} is ${want}`, () => assert.equal(textFormFor(accept), want));
}
