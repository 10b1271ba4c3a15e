/** Sites for tests of the router, in few words. */

import type { RouteMatch, SiteOptions, ValueCondition } from "../../src/routing/options.ts";

/** A route is written as its path, or as its conditions; its text is its name. */
export type RouteWords = string | Partial<RouteMatch>;

const anything: RouteMatch = {
  path: undefined,
  host: undefined,
  methods: [],
  fields: [],
  query: [],
};

export function site(host: string, ...routes: RouteWords[]): SiteOptions<string> {
  return {
    host,
    routes: routes.map((words) => {
      const match = typeof words === "string" ? { path: words } : words;
      const { path, fields = [], query = [], methods = [], host: within } = match;
      const conditions = [...fields, ...query].map(nameOf);
      const name = [within, methods.join(), path, ...conditions].filter(Boolean).join(" ");
      return { match: { ...anything, ...match }, route: `${host} ${name}`.trim() };
    }),
  };
}

const nameOf = ({ name, value }: ValueCondition): string =>
  value === undefined ? name : `${name}=${value}`;
