/**
 * What is known of an exchange when it is over, in the form that every format writes. No secret is
 * in it: queries and fields are masked before (`redaction.ts`).
 */

import type { FailureCode } from "../base/failure.ts";

/**
 * The longest line with its end, in bytes: that much a pipe takes whole or not at all (PIPE_BUF),
 * so that the lines of several writers never mix.
 */
export const lineBytesMax = 4096;

/** One line in ASCII, its line feed included, at most `lineBytesMax` bytes long. */
export type WriteLine = (record: AccessRecord) => string;

/** A request field that the config wants in the log. */
export type LoggedField = readonly [name: string, value: string];

export interface AccessRecord {
  /** When it began, on the wall clock. */
  readonly timeMs: number;
  /** `example.com /api/*`; "" if none was found. */
  readonly route: string;
  /** "": the request could not be read. */
  readonly method: string;
  /** As it came, query included, secrets in it masked. */
  readonly target: string;
  readonly host: string;
  readonly clientIp: string;
  /** Who was connected to us, if that is a trusted proxy and not the client. */
  readonly peerIp?: string | undefined;
  /** Who has shown a password; "": nobody. */
  readonly user: string;
  readonly version: "1.0" | "1.1" | "2";
  /** "": none came. */
  readonly referer: string;
  readonly userAgent: string;
  readonly fields: readonly LoggedField[];
  /** What the client was told; 0: nothing. */
  readonly status: number;
  /** Bytes of bodies. */
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly durationMs: number;
  /** Until the answer's head went to the client; 0: none did. */
  readonly firstByteMs: number;
  /** "": no upstream was asked. */
  readonly upstream: string;
  readonly upstreamMs: number;
  /** What it took to connect to upstreams; 0: an idle connection was there. */
  readonly connectMs: number;
  readonly failure: FailureCode | "";
  readonly requestId: string;
}
