/**
 * The types of sites, routes and what stands in them. Made of the config's description
 * by `node test/config/generated.ts --write`; a test keeps it true.
 */

import type { RequestHook, ResponseHook } from "../rewriting/hooks.ts";

/** What every site has. */
export interface DefaultsConfig {
  /** Who gets in. The nearest place wins, key by key; `off` lifts all that is said outside. */
  readonly access?: AccessConfig | "off" | false | undefined;
  /**
   * Closed for a while: 503 for everybody, or for all but some. The nearest place wins as a
   * whole; `off` lifts what is said outside.
   */
  readonly maintenance?: MaintenanceConfig | "on" | true | "off" | false | undefined;
  /**
   * How much is kept for slow clients and of slow uploads, so that they hold no upstream. The
   * nearest place wins, key by key; `off` is for both. `"on"` by default.
   */
  readonly buffer?: RouteBufferConfig | "on" | true | "off" | false | undefined;
  /** How much a request may bring, and how fast its answer may go. */
  readonly limits?: RouteLimitsConfig | undefined;
  /**
   * How long upstreams are waited for. The `proxy` map, the route, the site, the pool and
   * `defaults` are asked in this order, key by key.
   */
  readonly timeouts?: UpstreamTimeoutsConfig | undefined;
  /**
   * Rules for the fields of requests and answers, whose values may hold placeholders such as
   * `$host`. The nearest place wins, by field.
   */
  readonly headers?: HeadersConfig | undefined;
  /**
   * Pages for people when something failed, by status or class: files of HTML beside the
   * config. The nearest place that names the status wins; `off` lifts what is said outside.
   */
  readonly errors?: Readonly<Record<string, string>> | "off" | false | undefined;
  /**
   * Functions that see requests and answers on their way, and change them or answer in their
   * place: only a config in code has them. The nearest place wins, key by key.
   */
  readonly hooks?: HooksConfig | "off" | false | undefined;
}

/** An upstream's map. */
export interface UpstreamConfig {
  /** Where it is: what an upstream's text alone would say. */
  readonly url: string;
}

/** A site. */
export interface SiteConfig extends DefaultsConfig {
  /**
   * A prefix of paths that is taken off before the request goes to the upstream. Places in the
   * answer (`Location`, cookies and others) are mapped back.
   */
  readonly strip?: string | undefined;
  /** Puts another prefix in the place of one, and maps the answer back as `strip` does. */
  readonly replace?: ReplaceConfig | undefined;
  /** Sends requests to an upstream, to one of several, or to a pool by its name. */
  readonly proxy?: string | readonly (string | UpstreamConfig)[] | ProxyConfig | undefined;
  /** Sends the client somewhere else: a target with placeholders, or a map. */
  readonly redirect?: string | RedirectConfig | undefined;
  /** Answers by itself: a text, a status, or a map. */
  readonly respond?: string | number | RespondConfig | undefined;
  /**
   * Routes; the most specific one that fits answers. What none of them takes goes where the
   * site itself leads.
   */
  readonly routes?: readonly RouteConfig[] | undefined;
}

/** Who gets in. */
export interface AccessConfig {
  /** Who gets in; nobody else does. `off` lifts what is said outside. */
  readonly allow?:
    | string
    | AddressFileConfig
    | readonly (string | AddressFileConfig)[]
    | false
    | undefined;
  /** Who never gets in, whatever `allow` says. */
  readonly deny?:
    | string
    | AddressFileConfig
    | readonly (string | AddressFileConfig)[]
    | false
    | undefined;
  /** Asks for a name and a password (RFC 7617). Without TLS everybody on the way can read them. */
  readonly basic?: BasicConfig | "off" | false | undefined;
}

/** Closed for a while. */
export interface MaintenanceConfig {
  /** What `Retry-After` says. Without it there is no such field. */
  readonly retryAfter?: string | undefined;
  /** Clients that pass as usual. */
  readonly allow?:
    | string
    | AddressFileConfig
    | readonly (string | AddressFileConfig)[]
    | false
    | undefined;
  /**
   * It lasts only while this file is there, which is looked for once a second. Its name starts
   * from the config's folder.
   */
  readonly while?: string | undefined;
}

/** Buffering of a route. */
export interface RouteBufferConfig {
  /**
   * A request's body is collected up to this size before an upstream is asked; a larger one is
   * streamed. `off`: always streamed. `true`: as without it. `"16MiB"` by default.
   */
  readonly request?: string | false | true | undefined;
  /**
   * So much of an answer is taken from its upstream ahead of a slow client. `off`: the
   * upstream waits for the client. `X-Accel-Buffering: no` or `yes` of the upstream decides
   * for its answer; event streams and gRPC are never kept. `"1GiB"` by default.
   */
  readonly response?: string | false | true | undefined;
}

/** Limits of a route. */
export interface RouteLimitsConfig {
  /**
   * The body of a request; a larger one is answered with 413. `off` lifts what is said
   * outside. `"off"` by default.
   */
  readonly body?: string | false | undefined;
  /**
   * How fast answers go at most: a rate for each answer, or a map. The nearest place wins as a
   * whole; `off` lifts what is said outside. `"off"` by default.
   */
  readonly bandwidth?: string | false | BandwidthConfig | undefined;
}

/** Timeouts for upstreams. */
export interface UpstreamTimeoutsConfig {
  /** From dialling until the connection to the upstream is ready. `"5s"` by default. */
  readonly connect?: string | undefined;
  /** From the end of the request until the head of the upstream's answer. `"60s"` by default. */
  readonly firstByte?: string | undefined;
  /**
   * Silence inside an answer. `off` waits for ever, as event streams and upgrades do anyway.
   * `"60s"` by default.
   */
  readonly idle?: string | false | undefined;
}

/** Fields of requests and answers. */
export interface HeadersConfig {
  /** What goes to the upstream. */
  readonly request?: FieldRulesConfig | undefined;
  /** What goes to the client. */
  readonly response?: FieldRulesConfig | undefined;
}

/** Hooks. */
export interface HooksConfig {
  /** Sees a request before it is sent on. */
  readonly request?:
    | RequestHook
    | { readonly run: RequestHook; readonly cacheable?: boolean | undefined }
    | "off"
    | false
    | undefined;
  /** Sees an upstream's answer before it goes to the client. */
  readonly response?:
    | ResponseHook
    | { readonly run: ResponseHook; readonly cacheable?: boolean | undefined }
    | "off"
    | false
    | undefined;
}

/** Connections that are kept. */
export interface KeepAliveConfig {
  /** Idle connections that are kept for each upstream. `1024` by default. */
  readonly max?: number | undefined;
  /** How long an idle connection is kept: less than the upstream keeps it. `"4s"` by default. */
  readonly idle?: string | undefined;
  /** How old a connection may get. `"1h"` by default. */
  readonly age?: string | undefined;
  /**
   * A request that may not be repeated takes a connection used within this time, or a new one.
   * `"1s"` by default.
   */
  readonly fresh?: string | undefined;
}

/** A prefix for another. */
export interface ReplaceConfig {
  /** The prefix of the paths that clients ask for. */
  readonly from: string;
  /** What it becomes on the way to the upstream. */
  readonly to: string;
}

/** A proxy. */
export interface ProxyConfig {
  /** An upstream, a list of them, or the name of a pool. */
  readonly to: string | UpstreamConfig | readonly (string | UpstreamConfig)[];
  /**
   * Which upstream gets the next request: `round-robin` takes them in turn. `"round-robin"` by
   * default.
   */
  readonly balance?: "round-robin" | undefined;
  /** Connections that are kept for later requests. `off` keeps none. */
  readonly keepAlive?: KeepAliveConfig | "on" | true | "off" | false | undefined;
  /** How long its upstreams are waited for. */
  readonly timeouts?: UpstreamTimeoutsConfig | undefined;
  /**
   * Each connection begins with the client's address (PROXY protocol, version 1 or 2), and is
   * never used for another client. `"off"` by default.
   */
  readonly proxyProtocol?: "v1" | "v2" | "off" | false | undefined;
  /** The protocols that may be switched to. `off`: none. `"websocket"` by default. */
  readonly upgrade?: string | readonly string[] | false | undefined;
}

/** A redirect. */
export interface RedirectConfig {
  /**
   * Where the client is sent: a path or a URL, with placeholders. What a client sent never
   * decides to which server it leads.
   */
  readonly to: string;
  /**
   * 308 and 307 keep the request's method and body; 308 and 301 are for ever. `308` by
   * default.
   */
  readonly status?: 301 | 302 | 303 | 307 | 308 | undefined;
}

/** An answer of our own. */
export interface RespondConfig {
  /** The status of the answer. `200` by default. */
  readonly status?: number | undefined;
  /** Fields of the answer. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The body of the answer, as text. */
  readonly body?: string | undefined;
  /**
   * A file with the body, at most 10 MB large. Its name starts from the config's folder, and
   * it is read at start.
   */
  readonly file?: string | undefined;
}

/** A route. */
export interface RouteConfig extends DefaultsConfig {
  /**
   * `/x` exactly; `/x/*` everything below `/x` and `/x` itself; `/x/:id` one segment. Compared
   * byte for byte as it is sent.
   */
  readonly path?: string | undefined;
  /** A host of the site, where the site is for several. */
  readonly host?: string | undefined;
  /** A method or a list of them, in capitals. */
  readonly method?: string | readonly string[] | undefined;
  /**
   * Fields that have to be there: a name, a list of names, or a map from names to values;
   * `true` is any value.
   */
  readonly header?:
    | string
    | readonly string[]
    | Readonly<Record<string, string | true>>
    | undefined;
  /** Parameters of the query that have to be there, as in `header`; compared as they are sent. */
  readonly query?: string | readonly string[] | Readonly<Record<string, string | true>> | undefined;
  /**
   * A prefix of paths that is taken off before the request goes to the upstream. Places in the
   * answer (`Location`, cookies and others) are mapped back.
   */
  readonly strip?: string | undefined;
  /** Puts another prefix in the place of one, and maps the answer back as `strip` does. */
  readonly replace?: ReplaceConfig | undefined;
  /** Sends requests to an upstream, to one of several, or to a pool by its name. */
  readonly proxy?: string | readonly (string | UpstreamConfig)[] | ProxyConfig | undefined;
  /** Sends the client somewhere else: a target with placeholders, or a map. */
  readonly redirect?: string | RedirectConfig | undefined;
  /** Answers by itself: a text, a status, or a map. */
  readonly respond?: string | number | RespondConfig | undefined;
}

/** Addresses from a file. */
export interface AddressFileConfig {
  /**
   * A file with an address or a block on each line; `#` begins a comment. Its name starts from
   * the config's folder, and it is read at start.
   */
  readonly file: string;
}

/** Names and passwords. */
export interface BasicConfig {
  /**
   * A map from names to hashes of passwords, as `foregate hash-password` prints them, or a
   * file with lines such as `alice:$scrypt$…`.
   */
  readonly users: string | Readonly<Record<string, string>>;
  /** What the browser's dialogue says. `"Restricted"` by default. */
  readonly realm?: string | undefined;
  /** `false` keeps the `Authorization` field from the upstream. `true` by default. */
  readonly forward?: boolean | undefined;
}

/** How fast answers go. */
export interface BandwidthConfig {
  /** Each answer on its own. `"off"` by default. */
  readonly response?: string | false | undefined;
  /** So much of each answer goes out before `response` holds, if it is there. */
  readonly after?: string | undefined;
  /** All answers of a route together. `"off"` by default. */
  readonly route?: string | false | undefined;
  /**
   * All answers to one client together: to an IPv4 address, or to an IPv6 network of 64 bits.
   * Routes that inherit this count together. `"off"` by default.
   */
  readonly client?: string | false | undefined;
}

/** Rules for fields. */
export interface FieldRulesConfig {
  /** Fields that are taken away. It is done first. */
  readonly remove?: string | readonly string[] | undefined;
  /** Fields that get this one value, whatever was there. */
  readonly set?: Readonly<Record<string, string>> | undefined;
  /** Fields that get one more value, or several. */
  readonly add?: Readonly<Record<string, string | readonly string[]>> | undefined;
  /** Fields that get this value only where there is none. */
  readonly default?: Readonly<Record<string, string>> | undefined;
}
