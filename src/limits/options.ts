/** How much of everything one client, and all of them together, may take. */

export interface ClientLimits {
  /**
   * Open client connections; beyond it new ones are closed at once. 0: no limit; 10000 by default.
   */
  readonly connectionsMax: number;
  /** Exchanges in flight; beyond it 503 with Retry-After. 0: no limit; 10000 by default. */
  readonly exchangesMax: number;
  /** Request line and fields, in bytes; 32768 by default. Node allows 16 KiB, nginx 32 KiB. */
  readonly headBytesMax: number;
  /** One field line, in bytes; 16640 by default: a cookie jar of 16 KB is seen in the wild. */
  readonly fieldBytesMax: number;
  /** Field lines; 128 by default. Envoy allows 100, HAProxy 101. */
  readonly fieldsMax: number;
  /** The request target, in bytes; 16384 by default. */
  readonly targetBytesMax: number;
}

export interface ClientTimeouts {
  /** From the first byte of a head until its last, absolute. Milliseconds; 30000 by default. */
  readonly headMs: number;
  /** Silence between exchanges on one connection. Milliseconds; 75000 by default. */
  readonly keepAliveMs: number;
  /** How long a body may take before its rate is looked at. Milliseconds; 10000 by default. */
  readonly bodyGraceMs: number;
  /** Slowest body that is waited for, once the grace is over. Bytes a second; 500 by default. */
  readonly bodyRateMin: number;
  /** A client that takes no byte for this long is gone. Milliseconds; 60000 by default. */
  readonly writeMs: number;
  /**
   * Over so much time in which an answer waited for its client, its rate is looked at.
   * Milliseconds; 60000 by default.
   */
  readonly responseGraceMs: number;
  /** Slowest client that is waited for. Bytes a second; 250 by default; 0: any. */
  readonly responseRateMin: number;
  /** Silence in both directions of a tunnel. Milliseconds; 3600000 by default. */
  readonly tunnelMs: number;
}

export const clientLimits: ClientLimits = {
  connectionsMax: 10_000,
  exchangesMax: 10_000,
  headBytesMax: 32 * 1024,
  // With room for the name: a value of 16 KB fits.
  fieldBytesMax: 16 * 1024 + 256,
  fieldsMax: 128,
  targetBytesMax: 16 * 1024,
};

export const clientTimeouts: ClientTimeouts = {
  headMs: 30_000,
  keepAliveMs: 75_000,
  bodyGraceMs: 10_000,
  bodyRateMin: 500,
  writeMs: 60_000,
  responseGraceMs: 60_000,
  responseRateMin: 250,
  tunnelMs: 3_600_000,
};

/** How fast answers go to clients at most. Rates are bytes a second; 0: as fast as they can. */
export interface BandwidthOptions {
  /** Each answer on its own. */
  readonly responseRate: number;
  /** So much of each answer goes out before `responseRate` holds, in bytes; 0 by default. */
  readonly freeBytes: number;
  /** All answers of one route together. */
  readonly routeRate: number;
  /**
   * All answers to one client (an IPv4 address, an IPv6 network of 64 bits) that this setting is
   * for: routes that inherited it count together.
   */
  readonly clientRate: number;
}
