/** Which route a request takes: see `options.ts` for what can be asked of it. */

import type { RequestHead } from "../http/head.ts";
import { HostTable } from "./host-table.ts";
import type { RouteMatch, SiteOptions } from "./options.ts";
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
  const builder = new RouterBuilder<Route>();
  for (const { host, routes } of sites) {
    for (const { match, route } of routes) builder.add(host, match, route);
  }
  return builder.router;
}

/** A router that is made rule by rule. */
export class RouterBuilder<Route> {
  readonly #sites = new HostTable<Site<Route>>();

  /** It knows what is added later, too. */
  readonly router: Router<Route> = {
    match: (head) => this.#sites.find(head.host)?.find(head)?.route,
  };

  /** Called in the order in which routes were written. */
  add(host: string, match: RouteMatch, route: Route): void {
    this.#sites.getOrAdd(host, () => new Site()).add(match, route);
  }
}
