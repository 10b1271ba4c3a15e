/** Which route a request takes: see `options.ts` for what can be asked of it. */

import type { RequestHead } from "../http/head.ts";
import { HostTable } from "./host-table.ts";
import type { SiteOptions } from "./options.ts";
import { Site } from "./site.ts";

export interface Router<Route> {
  /** undefined: no site answers for this host, or none of its routes fits. */
  match(head: RequestHead): Route | undefined;
}

/**
 * One site answers for a host, the most specific one; if none of its routes fits, no other site is
 * asked, or a mistake in one site's routes would show its visitors another's pages. Sites whose
 * hosts differ only in case or in a last dot are one site.
 */
export function createRouter<Route>(sites: readonly SiteOptions<Route>[]): Router<Route> {
  const table = new HostTable<Site<Route>>();
  for (const { host, routes } of sites) {
    const site = table.getOrAdd(host, () => new Site());
    for (const { match, route } of routes) site.add(match, route);
  }
  return {
    match: (head) => table.find(head.host)?.find(head)?.route,
  };
}
