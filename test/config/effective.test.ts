/**
 * What `print` shows is a config again, and means the same: every example of the docs is read,
 * printed and read once more.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import fc from "fast-check";
import { stringify } from "yaml";

import {
  readByteCount,
  readByteRate,
  readDurationMs,
  writeByteCount,
  writeByteRate,
  writeDurationMs,
} from "../../src/base/quantity.ts";
import { effectiveConfig } from "../../src/config/effective.ts";
import { readConfig, type LoadedConfig } from "../../src/config/load.ts";
import type { RoutePlan } from "../../src/exchange/plan.ts";
import { readTemplate, templateText } from "../../src/rewriting/template.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/config.md"), "utf8");

const examples = [...page.matchAll(/^```(?:yaml|json)\n([^]*?)^```$/gm)].map((match) => ({
  name: `docs/config.md:${page.slice(0, match.index).split("\n").length}`,
  config: match[1] ?? "",
}));

const others = [
  {
    name: "a mapping of the site that some routes do not reach",
    config: `
sites:
  a.example:
    strip: /app
    proxy: ":3000"
    routes:
      - { path: /other/*, proxy: ":3001" }
      - { path: /app/x, redirect: /y }
      - { path: /app/:id, replace: { from: /app, to: / }, proxy: ":3000" }
`,
  },
  {
    name: "maintenance of a site in which a path has no route, and of routes",
    config: `
defaults: { maintenance: { retryAfter: 90s } }
sites:
  a.example:
    maintenance: { allow: [10.0.0.0/8], while: on.txt, retryAfter: 1500ms }
    routes:
      - { path: /open, maintenance: off, proxy: ":1" }
      - { path: /closed, maintenance: true, proxy: ":1" }
      - { path: /app, proxy: ":1" }
  b.example: { maintenance: off, proxy: ":1" }
  c.example: ":1"
`,
  },
  {
    name: "texts with dollars, braces and letters of other scripts",
    config: `
sites:
  a.example:
    headers:
      request: { set: { x-a: "$$5 \${host}s $header.x-b.c grüße" }, add: { x-c: [a, b] } }
    routes:
      - { path: /r, redirect: { to: "https://a.example/\${path}x$$", status: 302 } }
      - { respond: { status: 200, headers: { x-d: "für" }, body: "für $x" } }
`,
  },
  {
    name: "a bandwidth for all sites, one for a site, and routes with their own",
    config: `
defaults: { limits: { bandwidth: { client: 5MB/s } } }
sites:
  a.example: ":1"
  b.example:
    routes:
      - { path: /x, limits: { bandwidth: off }, proxy: ":1" }
      - { path: /y, limits: { bandwidth: { client: 5MB/s } }, proxy: ":1" }
      - { proxy: ":1" }
  c.example:
    limits: { bandwidth: { route: 1MB/s, response: 100KB/s, after: 1MiB } }
    routes:
      - { path: /x, limits: { bandwidth: 1KB/s }, proxy: ":1" }
      - { path: /y, proxy: ":1" }
      - { proxy: ":1" }
`,
  },
  {
    name: "a bandwidth of a site whose routes are without it, but for two",
    config: `
sites:
  a.example:
    limits: { bandwidth: { client: 5MB/s } }
    routes:
      - { path: /x, limits: { bandwidth: off }, proxy: ":1" }
      - { path: /y, proxy: ":1" }
      - { proxy: ":1" }
  b.example: ":1"
`,
  },
];

for (const { name, config } of [...examples, ...others]) {
  void test(`effective config: ${name}`, () => {
    const first = load(config);
    const printed = print(first);
    const second = load(stringify(printed));
    assert.deepEqual(meaning(second), meaning(first));
    assert.deepEqual(print(second), printed, "what is printed of it is the same");
  });
}

function print(
  { plan, siteOptions, poolNames, events, workers, admin }: LoadedConfig,
  hidesSecrets = false,
): unknown {
  return effectiveConfig(plan!, siteOptions, { poolNames, events, workers, admin, hidesSecrets });
}

function load(config: string): LoadedConfig {
  const loaded = readConfig(Buffer.from(config), "foregate.yaml", import.meta.dirname);
  assert.deepEqual(loaded.problems, [], config);
  return loaded;
}

/** All that a plan says, without what makes no difference. */
function meaning({ plan, siteOptions, events }: LoadedConfig): unknown {
  const { router: _, trust, pools, ...rest } = plan!;
  const sites = siteOptions.map(({ host, routes }) => ({
    host,
    routes: routes.map(({ match, route }) => ({
      match,
      route: plain(route, match.path),
      pool: route.action.type === "proxy" ? pools[route.action.pool] : undefined,
    })),
  }));
  const shared = sharedBandwidths(siteOptions);
  return { ...rest, trust: trust.blocks(), sites, shared, events };
}

/** Who counts together with whom: routes of one number have one total for each client. */
function sharedBandwidths(sites: LoadedConfig["siteOptions"]): readonly number[] {
  const numbers = new Map<unknown, number>();
  return sites.flatMap(({ routes }) =>
    routes.map(({ route: { action, bandwidth } }) => {
      if (bandwidth === undefined || action.type === "nothing") return -1;
      const number = numbers.get(bandwidth) ?? numbers.size;
      numbers.set(bandwidth, number);
      return number;
    }),
  );
}

/** A pool is known by what it is; rules for different fields have no order. */
function plain(route: RoutePlan, path: string | undefined): unknown {
  const { action, mapping, fieldRules, access, maintenance, ...rest } = route;
  const kinds = ["remove", "set", "add", "default"];
  const rules = fieldRules && {
    request: fieldRules.request.toSorted((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind)),
    response: fieldRules.response.toSorted((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind)),
  };
  const isReached = path === undefined || path.startsWith(mapping?.publicPrefix ?? "");
  return {
    ...rest,
    access: access && { ...access, allow: access.allow?.blocks(), deny: access.deny?.blocks() },
    maintenance: maintenance && { ...maintenance, allow: maintenance.allow?.blocks() },
    action: action.type === "proxy" ? { ...action, pool: 0 } : action,
    mapping: action.type === "proxy" && isReached ? mapping : undefined,
    rules,
  };
}

void test("effective config: hashes of passwords are shown to nobody", () => {
  const guarded = examples.find(({ config }) => config.includes("$scrypt$"));
  assert.ok(guarded !== undefined, "the docs have an example");
  const printed = stringify(print(load(guarded.config), true));
  assert.match(printed, /\(hidden\)/);
  assert.doesNotMatch(printed, /\$scrypt\$/);
});

void test("quantities: what is written is read as the same", () => {
  fc.assert(
    fc.property(fc.nat({ max: 10 ** 15 }), (count) => {
      assert.equal(readByteCount(writeByteCount(count)), count);
      assert.equal(readByteRate(writeByteRate(count)), count);
      assert.equal(readDurationMs(writeDurationMs(count)), count);
    }),
  );
  assert.equal(writeByteCount(32_768), "32KiB");
  assert.equal(writeByteCount(10_000_000), "10MB");
  assert.equal(writeByteCount(0), "0B");
  assert.equal(writeDurationMs(90_000), "90s");
  assert.equal(writeDurationMs(86_400_000), "1d");
});

void test("templates: what is written is read as the same", () => {
  const part = fc.oneof(
    fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("$", "$$$$")),
    fc.constantFrom("$uri", "${host}", "$header.x-a", "${cookie.Sid}", "$$"),
  );
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const read = readTemplate(parts.join(""));
      if (!("template" in read)) return;
      assert.deepEqual(readTemplate(templateText(read.template)), read);
    }),
  );
});
