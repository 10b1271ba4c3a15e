/** docs/metrics.md names what the program tells, no more and no less. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { ask, scrape, startObservedProxy, type ObservedProxy } from "../support/observed-proxy.ts";
import { planOf } from "../support/plan.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/metrics.md"), "utf8");

const rows = [...page.matchAll(/^\| `((?:foregate|process)_\w+)` \| (\w+) \|(.*?)\| .+ \|$/gm)].map(
  ([, name = "", type = "", labels = ""]) => ({
    name,
    type,
    labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label),
  }),
);

void test("docs/metrics.md: every metric in the order of the text", async (t) => {
  const proxy = await startObservedProxy(t, { sites: { "*": { proxy: "127.0.0.1:1" } } });
  // Each label is seen only on a series that is there.
  fillEverything(proxy.worker.observed.stats);
  const families = [...(await scrape(proxy.metricsPort)).values()].map((family) => ({
    name: family.name,
    type: family.type,
    labels: [...(family.samples[0]?.labels.keys() ?? [])].filter((label) => label !== "le"),
  }));
  assert.deepEqual(rows, families);
});

void test("docs/metrics.md: every path is answered", async (t) => {
  const proxy = await startObservedProxy(t, { sites: { "*": { respond: 204 } } });
  const paths = [...page.matchAll(/^\| `(\/\w+)` \|/gm)].map(([, path = ""]) => path);
  assert.deepEqual(paths, ["/metrics", "/livez", "/readyz"]);
  for (const path of paths) {
    assert.equal((await ask({ port: proxy.metricsPort, path })).status, 200);
  }
});

void test("docs/metrics.md: every example is a config", () => {
  const examples = [...page.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, config]) => config);
  assert.ok(examples.length >= 2);
  for (const config of examples) assert.ok(planOf(config).metrics !== undefined);
});

function fillEverything(stats: ObservedProxy["worker"]["observed"]["stats"]): void {
  assert.ok(stats !== undefined, "a plan with metrics counts");
  const x = {
    head: { method: "GET" },
    status: 502,
    requestBytes: 1,
    responseBytes: 1,
    beganMs: 1,
    upstreamBeganMs: 2,
    upstreamHeadMs: 3,
    failure: { code: "connect-refused" },
  } as const;
  stats.addExchange(x, 1, 4);
  stats.addUpstream(x, 0, 4);
}
