/** Config texts to plans and to problem lines, as the tests of this room want them. */

import assert from "node:assert/strict";

import { readConfig } from "../../src/config/load.ts";
import { isError, writeProblem } from "../../src/config/problems.ts";
import type { Plan, RoutePlan } from "../../src/exchange/plan.ts";
import { Fields } from "../../src/http/fields.ts";
import type { RequestHead } from "../../src/http/head.ts";

export function planOf(text: string): Plan {
  const { plan, problems } = readConfig(Buffer.from(text), "foregate.yaml", import.meta.dirname);
  assert.deepEqual(problems.filter(isError).map(writeProblem), []);
  assert.ok(plan !== undefined, "a config without errors has a plan");
  return plan;
}

/** Without the file's name, which is always the same. */
export function problemsOf(text: string | Buffer, file = "foregate.yaml"): string[] {
  const { plan, problems } = readConfig(Buffer.from(text), file, import.meta.dirname);
  assert.equal(plan, undefined, "a config with an error has no plan");
  return problems.map((problem) => writeProblem(problem).replace(`${file}:`, ""));
}

/** The route that `GET http://HOST/PATH` takes. */
export function routeOf(plan: Plan, url: string, method = "GET"): RoutePlan {
  const { host, hostname, pathname, search } = new URL(url);
  const head: RequestHead = {
    method,
    target: pathname + search,
    scheme: "http",
    authority: host,
    host: hostname,
    absolute: false,
    version: "1.1",
    fields: new Fields(),
    body: "none",
    contentLength: -1,
    expectsContinue: false,
    upgrade: undefined,
    wantsTrailers: false,
  };
  const route = plan.router.match(head);
  assert.ok(route !== undefined, `no route for ${method} ${url}`);
  return route;
}
