/** What is told about exchanges, and where. */

/** `Listen` is an address to listen on, which a room above this one describes. */
export interface MetricsOptions<Listen> {
  /** At least one; all of them show the same. */
  readonly listeners: readonly Listen[];
  /** Site and route by `RoutePlan.row`; the first is for exchanges without a route. */
  readonly routes: readonly (readonly string[])[];
}

export interface AccessLogOptions {
  /** A file's path, or undefined for standard output. */
  readonly file: string | undefined;
}
