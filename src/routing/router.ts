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

/** Routes of a site that are made when somebody first asks for it. */
export interface LateRoutes<Route> {
  make(): SiteOptions<Route>["routes"];
}

/** A router that is made rule by rule. */
export class RouterBuilder<Route> {
  readonly #sites = new HostTable<LateSite<Route>>();

  /** It knows what is added later, too. */
  readonly router: Router<Route> = {
    match: (head) => this.#sites.find(head.host)?.site.find(head)?.route,
  };

  /** Called in the order in which routes were written. */
  add(host: string, match: RouteMatch, route: Route): void {
    this.#at(host).site.add(match, route);
  }

  addLate(host: string, routes: LateRoutes<Route>): void {
    this.#at(host).add(routes);
  }

  #at(host: string): LateSite<Route> {
    return this.#sites.getOrAdd(host, () => new LateSite());
  }
}

class LateSite<Route> {
  #site: Site<Route> | undefined;
  #late: LateRoutes<Route> | undefined;

  /** With all its routes. */
  get site(): Site<Route> {
    const site = (this.#site ??= new Site());
    const late = this.#late;
    if (late === undefined) return site;
    this.#late = undefined;
    for (const { match, route } of late.make()) site.add(match, route);
    return site;
  }

  add(late: LateRoutes<Route>): void {
    // Two hosts that are written in two ways may be one.
    if (this.#late !== undefined) void this.site;
    this.#late = late;
  }
}
