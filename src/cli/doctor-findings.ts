/** What `foregate doctor` has found; `doctor-checks.ts` says what it means. Facts, no opinions. */

import type { PlacedListener } from "../config/listeners.ts";
import type { Holder } from "./listening-sockets.ts";

export interface Findings {
  readonly config: ConfigFinding;
  readonly listeners: readonly ListenerFinding[];
  readonly upstreams: readonly UpstreamFinding[];
  readonly logFiles: readonly FileFinding[];
  /** The folder of the spool file; undefined: there is none. */
  readonly spoolFolder: FileFinding | undefined;
  readonly machine: MachineFinding;
}

export interface ConfigFinding {
  /** undefined: none was named, and none was found. */
  readonly file: string | undefined;
  readonly isValid: boolean;
  /** `2 errors, 1 warning`; "" if there are none. */
  readonly counted: string;
  /** `limits.connections`; 0: no limit. */
  readonly connectionsMax: number;
}

export interface ListenerFinding {
  readonly listener: PlacedListener;
  /** What listening would fail with; undefined: with nothing that can be seen from here. */
  readonly code: "EADDRINUSE" | "EADDRNOTAVAIL" | "EACCES" | undefined;
  readonly holder: Holder | undefined;
}

export interface UpstreamFinding {
  readonly label: string;
  /** Of its name; empty: it does not resolve; undefined: it has none, but an address or a path. */
  readonly addresses: readonly string[] | undefined;
  /** Why it could not be connected to; undefined: it could. */
  readonly trouble: string | undefined;
}

export interface FileFinding {
  /** `logs.access`, `logs.events` or `spool file`. */
  readonly key: string;
  readonly file: string;
  /** undefined: it can be written. */
  readonly trouble: string | undefined;
}

/** undefined: the system does not say. */
export interface MachineFinding {
  readonly runtime: string;
  readonly platform: string;
  readonly nowMs: number;
  readonly openFilesMax: number | undefined;
  /** Client connections that these leave room for; Infinity: no limit. */
  readonly connectionsRoom: number;
  readonly allOpenFilesMax: number | undefined;
  readonly backlogMax: number | undefined;
  readonly migratesRequests: boolean | undefined;
  /** How many ports the kernel has for connections to one upstream address. */
  readonly localPorts: number | undefined;
  /** Of the control group; Infinity: no limit. */
  readonly memoryBytesMax: number | undefined;
  readonly poolThreads: number;
}
