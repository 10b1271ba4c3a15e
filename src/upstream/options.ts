/** Where upstreams are, and how long and how often they are waited for. */

import type { ProxyVersion } from "../wire/proxy-protocol/write-proxy-header.ts";

export interface UpstreamAddress {
  /** As the user wrote it: the name in logs, counters and messages. */
  readonly label: string;
  /** A host name or IP address without brackets; "" for a Unix socket. */
  readonly host: string;
  readonly port: number;
  /** The file of a Unix socket; undefined for TCP. */
  readonly socketPath: string | undefined;
  /** What stands before every path sent there: "" or "/app", never with a slash at its end. */
  readonly basePath: string;
}

export interface UpstreamTimeouts {
  /** From dialling until the connection is ready. Milliseconds; 5000 by default. */
  readonly connectMs: number;
  /**
   * From the last byte of the request until the response's head. Milliseconds; 60000 by default.
   */
  readonly firstByteMs: number;
  /**
   * Longest silence inside a response body. Milliseconds; 60000 by default, 0 waits for ever; event
   * streams, gRPC and upgrades are waited for without it.
   */
  readonly idleMs: number;
}

export interface KeepAlive {
  /** Idle connections kept per upstream; 0 keeps none. 1024 by default. */
  readonly idleMax: number;
  /**
   * How long an idle one is kept. Milliseconds; 4000 by default, below the 5 s of Node and others.
   */
  readonly idleMs: number;
  /** How old a connection may get. Milliseconds; 3600000 by default (nginx: 1 h). */
  readonly ageMs: number;
  /**
   * For a request that may not be repeated: used within this time, or a new one. 1000 by default.
   */
  readonly freshMs: number;
}

export interface PoolOptions {
  readonly name: string;
  /** At least one. */
  readonly upstreams: readonly UpstreamAddress[];
  readonly timeouts: UpstreamTimeouts;
  readonly keepAlive: KeepAlive;
  /**
   * Each connection begins with who its client is, and serves no other; absent: none does.
   */
  readonly proxyProtocol?: ProxyVersion;
}

export const upstreamTimeouts: UpstreamTimeouts = {
  connectMs: 5_000,
  firstByteMs: 60_000,
  idleMs: 60_000,
};

export const keepAlive: KeepAlive = {
  idleMax: 1_024,
  idleMs: 4_000,
  ageMs: 3_600_000,
  freshMs: 1_000,
};
