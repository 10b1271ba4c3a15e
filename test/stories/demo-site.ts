/** The demo's upstream with Foregate in front of it, as `npm start` puts them, for one test. */

import type { TestContext } from "node:test";

import { startDemoUpstream } from "../../demo/upstream.ts";
import { startForegate, type ForegateProgram } from "./foregate-program.ts";

export interface DemoSite {
  readonly foregate: ForegateProgram;
  /** Where Foregate answers, without a slash at its end. */
  readonly url: string;
  /** Past Foregate. */
  readonly upstreamPort: number;
}

/** `more` is YAML for the top of the config. Below `/app` is the same site, with that stripped. */
export async function startDemoSite(t: TestContext, more = ""): Promise<DemoSite> {
  const upstream = await startDemoUpstream();
  t.after(() => upstream.close());
  const to = `"127.0.0.1:${upstream.port}"`;
  const foregate = await startForegate(
    t,
    `${more}
sites:
  "*":
    routes:
      - { path: /app/*, strip: /app, proxy: ${to} }
      - { proxy: ${to} }
`,
  );
  return { foregate, url: foregate.url, upstreamPort: upstream.port };
}
