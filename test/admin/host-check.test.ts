/** Which hosts the metrics listener answers for: none that a stranger could have (threat 168). */

import assert from "node:assert/strict";
import { test } from "node:test";

import { isOurHost } from "../../src/admin/host-check.ts";

const ours = [
  undefined,
  "localhost",
  "localhost:9090",
  "LOCALHOST:9090",
  "localhost.",
  "app.localhost:1",
  "127.0.0.1",
  "127.0.0.1:9090",
  "10.1.2.3:9090",
  "[::1]",
  "[::1]:9090",
  "[fd00::1]:9090",
  "metrics.internal",
  "Metrics.Internal:9090",
];

const strangers = [
  "",
  "evil.example",
  "evil.example:9090",
  "localhost.evil.example",
  "evillocalhost",
  "127.0.0.1.evil.example",
  "127.1",
  "0x7f.0.0.1",
  "2130706433",
  "::1",
  "[::1].evil.example",
  "[evil.example]:9090",
  "[127.0.0.1]",
  "localhost:9090:1",
  "localhost:x",
  "localhost@evil.example",
  "localhost/evil.example",
  "metrics.internal.evil.example",
  "localhost, evil.example",
];

for (const host of ours) {
  void test(`threat 168: host check: ${host} is ours`, () => {
    assert.equal(isOurHost(host, ["metrics.internal"]), true);
  });
}

for (const host of strangers) {
  void test(`threat 168: host check: ${JSON.stringify(host)} is not ours`, () => {
    assert.equal(isOurHost(host, ["metrics.internal"]), false);
  });
}
