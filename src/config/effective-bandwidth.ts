/**
 * Where a limit of bandwidth is written. Clients and routes that are under the same one share its
 * total, so written down at each of several routes it would mean more than it does: it stands at
 * the site that has them all, or in `defaults`.
 */

import { writeByteCount, writeByteRate } from "../base/quantity.ts";
import type { RoutePlan } from "../exchange/plan.ts";
import type { BandwidthOptions } from "../limits/options.ts";
import type { SiteOptions } from "../routing/options.ts";

type Site = SiteOptions<RoutePlan>;

export class BandwidthPlaces {
  /** In `defaults`. */
  readonly everywhere: BandwidthOptions | undefined;
  readonly #bySite = new Map<Site, BandwidthOptions>();

  constructor(sites: readonly Site[]) {
    const firstSite = new Map<BandwidthOptions, Site>();
    for (const site of sites) {
      for (const options of repeatedOf(site)) this.#bySite.set(site, options);
      for (const { route } of site.routes) {
        const { bandwidth } = route;
        if (bandwidth === undefined) continue;
        const first = firstSite.get(bandwidth) ?? site;
        firstSite.set(bandwidth, first);
        if (first !== site) this.everywhere = bandwidth;
      }
    }
    for (const [site, options] of this.#bySite) {
      if (options === this.everywhere) this.#bySite.delete(site);
    }
  }

  /** At the site itself. */
  at(site: Site): BandwidthOptions | undefined {
    return this.#bySite.get(site);
  }

  /** What a route of the site says; undefined: nothing, for it is said farther out. */
  atRoute(own: BandwidthOptions | undefined, site: Site): BandwidthOptions | "off" | undefined {
    const outer = this.at(site) ?? this.everywhere;
    if (own === outer) return undefined;
    return own ?? "off";
  }
}

/** Those that several routes of the site share. */
function repeatedOf({ routes }: Site): ReadonlySet<BandwidthOptions> {
  const seen = new Set<BandwidthOptions>();
  const repeated = new Set<BandwidthOptions>();
  for (const { route } of routes) {
    const { bandwidth } = route;
    if (bandwidth === undefined) continue;
    if (seen.has(bandwidth)) repeated.add(bandwidth);
    seen.add(bandwidth);
  }
  return repeated;
}

export function effectiveBandwidth(
  options: BandwidthOptions | "off" | undefined,
): Readonly<Record<string, string>> | "off" | undefined {
  if (options === undefined || options === "off") return options;
  const { responseRate, freeBytes, routeRate, clientRate } = options;
  const entries = [
    ["response", responseRate > 0 && writeByteRate(responseRate)],
    ["after", freeBytes > 0 && writeByteCount(freeBytes)],
    ["route", routeRate > 0 && writeByteRate(routeRate)],
    ["client", clientRate > 0 && writeByteRate(clientRate)],
  ] as const;
  return Object.fromEntries(
    entries.flatMap(([name, text]) => (text === false ? [] : [[name, text]])),
  );
}
