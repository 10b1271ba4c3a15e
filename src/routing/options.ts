/** What a request must be like to take a route. */

export interface RouteMatch {
  /**
   * `/x` exactly; `/x/*` the prefix `/x/…` and `/x` itself; `/x/:id/*` a pattern. Undefined: every
   * path. Compared byte for byte with the path as it is sent on (threat 65): no decoding.
   */
  readonly path: string | undefined;
  /** A host within the site, as in `SiteOptions`; undefined: every host of the site. */
  readonly host: string | undefined;
  /** Empty: every method. */
  readonly methods: readonly string[];
  /** All of them must be there. */
  readonly fields: readonly ValueCondition[];
  readonly query: readonly ValueCondition[];
}

export interface ValueCondition {
  /** A field name in lower case, or the exact name of a query parameter. */
  readonly name: string;
  /** The exact value; undefined: being there is enough. */
  readonly value: string | undefined;
}

export interface SiteOptions<Route> {
  /** `example.com`, `*.example.com` (any depth of names below it), or `*` (any host). */
  readonly host: string;
  /** In the order in which they were written. */
  readonly routes: readonly { readonly match: RouteMatch; readonly route: Route }[];
}
