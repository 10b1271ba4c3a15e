/**
 * The type of a config, for programs that write one. Made of the config's description
 * by `node test/config/generated.ts --write`; a test keeps it true.
 */

import type {
  DefaultsConfig,
  KeepAliveConfig,
  SiteConfig,
  UpstreamConfig,
  UpstreamTimeoutsConfig,
} from "./site-type.ts";

/** The config. */
export interface Config {
  /**
   * The socket at which `foregate status`, `reload` and others reach the running program:
   * `unix:/path`. Without it, it lies in a folder of its own under `/run/foregate`,
   * `$RUNTIME_DIRECTORY` or `$XDG_RUNTIME_DIR/foregate`.
   */
  readonly admin?: string | false | undefined;
  /** How much room there is for bodies that wait for slow clients and of slow uploads. */
  readonly buffer?: BufferConfig | undefined;
  /** Whose defaults are meant: accepted, and pins nothing yet. */
  readonly compat?: string | undefined;
  /** What holds for every site that does not say otherwise. */
  readonly defaults?: DefaultsConfig | undefined;
  /** Pages for people when something failed, for every site and where there is none. */
  readonly errors?: Readonly<Record<string, string>> | "off" | false | undefined;
  /** `true` also writes the field `Forwarded` (RFC 7239) for upstreams. `false` by default. */
  readonly forwarded?: boolean | undefined;
  /**
   * Other files with `sites`, `pools` and `include`, or patterns such as `conf.d/*.yaml`.
   * Their names start from the folder of the file that they stand in.
   */
  readonly include?: string | readonly string[] | undefined;
  /** How much clients may take. */
  readonly limits?: ClientLimitsConfig | undefined;
  /**
   * Where clients come in: a port, an address, a socket (`unix:/path`), one that the program
   * was started with (`fd:3`, or `fd:web` by its name), a list of them, or a map from address
   * to options. A port alone means every address. `":8080"` by default.
   */
  readonly listen?:
    | number
    | string
    | readonly (number | string)[]
    | Readonly<Record<string, ListenerConfig | null>>
    | undefined;
  /** What is told of the work, and where. */
  readonly logs?: LogsConfig | undefined;
  /**
   * Where `/metrics`, `/livez` and `/readyz` are shown. A port alone is for this machine only.
   * `"off"` by default.
   */
  readonly metrics?: number | string | false | undefined;
  /** Upstreams by a name of your own: one, a list of them, or a map. */
  readonly pools?:
    | Readonly<Record<string, string | readonly (string | UpstreamConfig)[] | PoolConfig>>
    | undefined;
  /**
   * Hosts (`example.com`, `"*.example.com"`, `"*"` for any) and where their requests go: an
   * upstream, the name of a pool, or a map.
   */
  readonly sites: Readonly<Record<string, string | SiteConfig>>;
  /** How long clients are waited for, and a stop. */
  readonly timeouts?: ClientTimeoutsConfig | undefined;
  /** Peers whose `X-Forwarded-*` and `Forwarded` fields are believed. */
  readonly trust?: string | readonly string[] | undefined;
  /**
   * Threads that move bytes. `auto`: one for each core that the program may use. `"auto"` by
   * default.
   */
  readonly workers?: number | "auto" | undefined;
}

/** Room for bodies that wait. */
export interface BufferConfig {
  /**
   * Bodies that wait in memory, all of them together, with what sockets have in their hands.
   * When it is used up, new requests get a 503. Without it: an eighth of the machine's memory,
   * at least 32MiB and at most 256MiB.
   */
  readonly memory?: string | undefined;
  /**
   * Bodies that wait in the spool file, all of them together. `off`: no file. `"1GiB"` by
   * default.
   */
  readonly disk?: string | false | undefined;
  /**
   * The folder of the spool file, which has no name there. A relative one starts from the
   * config's folder. `"/var/tmp"` by default.
   */
  readonly directory?: string | undefined;
}

/** Limits for clients. */
export interface ClientLimitsConfig {
  /** Open client connections; more are closed at once. `0`: no limit. `10_000` by default. */
  readonly connections?: number | undefined;
  /** Requests in flight; more are answered with 503. `0`: no limit. `10_000` by default. */
  readonly exchanges?: number | undefined;
  /** The request line and all fields together. `"32KiB"` by default. */
  readonly head?: string | undefined;
  /** One field line: its name, its value and what stands between them. `"16640B"` by default. */
  readonly field?: string | undefined;
  /** How many field lines a request may have. `128` by default. */
  readonly fields?: number | undefined;
  /** The path and the query of a request. `"16KiB"` by default. */
  readonly target?: string | undefined;
}

/** A listener. */
export interface ListenerConfig {
  /**
   * Whether a balancer in front says first who its client is (PROXY protocol, versions 1 and
   * 2). Only peers in `trust` may connect then. `false` by default.
   */
  readonly proxyProtocol?: boolean | undefined;
}

/** Logs. */
export interface LogsConfig {
  /** A line for each exchange. `"on"` by default. */
  readonly access?: AccessLogConfig | "on" | true | "off" | false | undefined;
  /** What happens to the proxy itself: starts, stops, upstreams that are down, bugs. */
  readonly events?: EventLogConfig | undefined;
  /** Which events are told: those that are at least so grave. `"info"` by default. */
  readonly level?: "error" | "warn" | "info" | "debug" | "trace" | undefined;
}

/** A pool. */
export interface PoolConfig {
  /** One upstream or a list of them. */
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
}

/** Timeouts for clients. */
export interface ClientTimeoutsConfig {
  /** From the first byte of a request's head until its last. `"30s"` by default. */
  readonly head?: string | undefined;
  /** Silence between two requests on one connection. `"75s"` by default. */
  readonly keepAlive?: string | undefined;
  /** How long a request body may take before its rate is looked at. `"10s"` by default. */
  readonly bodyGrace?: string | undefined;
  /**
   * The slowest request body that is waited for once `bodyGrace` is over. `"500B/s"` by
   * default.
   */
  readonly bodyRate?: string | undefined;
  /** A client that takes no byte of its answer for so long is gone. `"60s"` by default. */
  readonly write?: string | undefined;
  /**
   * Over so much time in which an answer waited for its client, its rate is looked at. `"60s"`
   * by default.
   */
  readonly responseGrace?: string | undefined;
  /**
   * The slowest client that is waited for: one that takes less of what waits for it is gone.
   * `"250B/s"` by default.
   */
  readonly responseRate?: string | false | undefined;
  /** Silence in both directions of a WebSocket or of another upgrade. `"1h"` by default. */
  readonly tunnel?: string | undefined;
  /** How long a stop waits for requests in flight. `"30s"` by default. */
  readonly drain?: string | undefined;
  /**
   * How long a stop goes on as before, but for `/readyz`, which says that it is not ready: so
   * that a balancer has seen it before doors close. `"0s"` by default.
   */
  readonly drainDelay?: string | undefined;
}

/** The access log. */
export interface AccessLogConfig {
  /**
   * The file that lines are added to; its name starts from the config's folder. Without it
   * they go to standard output.
   */
  readonly file?: string | undefined;
  /** How a line is written. Without it: `pretty` if the log goes to a terminal, else `json`. */
  readonly format?: "json" | "combined" | "logfmt" | "pretty" | undefined;
  /**
   * Fields, and parameters (`?name`), whose values are masked in addition to the usual ones.
   * `off` lifts the masks of parameters, never those of fields.
   */
  readonly redact?: string | readonly string[] | false | undefined;
  /** Request fields that are logged, too; `combined` has no place for them. */
  readonly fields?: string | readonly string[] | undefined;
  /** Which exchanges are logged: those for which one of its keys holds. */
  readonly only?: LogSelectionConfig | undefined;
  /**
   * The share of exchanges that is logged; failures and 5xx are always in it. `"100%"` by
   * default.
   */
  readonly sample?: string | undefined;
}

/** The log of events. */
export interface EventLogConfig {
  /**
   * The file that events are added to; its name starts from the config's folder. Without it
   * they go to standard error.
   */
  readonly file?: string | undefined;
  /** How an event is written. Without it: `pretty` if they go to a terminal, else `json`. */
  readonly format?: "json" | "logfmt" | "pretty" | undefined;
}

/** Which exchanges are logged. */
export interface LogSelectionConfig {
  /** Statuses of answers, or classes of them. */
  readonly status?: number | string | readonly (number | string)[] | undefined;
  /** Exchanges that took longer. */
  readonly slowerThan?: string | undefined;
  /** Exchanges that failed, whatever status the client saw. `false` by default. */
  readonly failed?: boolean | undefined;
}
