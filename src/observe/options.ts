/** What is told about exchanges and about the program itself, how, and where. */

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
  /** undefined: `pretty` if standard output is a terminal and the log goes there, else `json`. */
  readonly format: AccessFormat | undefined;
  readonly redaction: RedactionOptions;
  /** Request fields that are logged beside the usual ones: names in lower case; none by default. */
  readonly fields: readonly string[];
  /** undefined: every exchange. */
  readonly only: SelectionOptions | undefined;
  /** The share of exchanges that are logged, from 0 to 1; failures and 5xx are whatever it is. */
  readonly sampleShare: number;
}

export type AccessFormat = "json" | "combined" | "logfmt" | "pretty";

/** From the worst to what nobody wants to know but whoever looks for a fault. */
export type EventLevel = "error" | "warn" | "info" | "debug" | "trace";

export type EventFormat = "json" | "logfmt" | "pretty";

/** The log of events: what happens to the program, and not to one exchange. */
export interface EventLogOptions {
  /** What is less important is not told; `info` by default. */
  readonly level: EventLevel;
  /** A file's path, or undefined for standard error. */
  readonly file: string | undefined;
  /** undefined: `pretty` if standard error is a terminal and the log goes there, else `json`. */
  readonly format: EventFormat | undefined;
}

/** Whose values never stand in a log. */
export interface RedactionOptions {
  /** Request fields, by names in lower case. */
  readonly fields: readonly string[];
  /** Parameters of a query, as the config names them. */
  readonly parameters: readonly string[];
}

/** An exchange is logged if one of these holds for it. */
export interface SelectionOptions {
  /** Pairs: from the one status to the other, both included. */
  readonly statuses: readonly (readonly [from: number, to: number])[];
  /** Milliseconds; Infinity: no duration is long enough. */
  readonly slowerThanMs: number;
  /** It failed, whatever status the client saw. */
  readonly failed: boolean;
}

export const redactionDefaults: RedactionOptions = {
  fields: [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "x-amz-security-token",
    "x-api-key",
    "x-auth-token",
    "x-csrf-token",
    "x-xsrf-token",
  ],
  // What OAuth 2, OpenID Connect, SAML, CAS, signed URLs and the usual login forms call a secret.
  parameters: [
    "access_token",
    "api_key",
    "assertion",
    "auth",
    "auth_token",
    "client_assertion",
    "client_secret",
    "code",
    "code_verifier",
    "credential",
    "csrf_token",
    "id_token",
    "jwt",
    "key",
    "otp",
    "pass",
    "passwd",
    "password",
    "pwd",
    "refresh_token",
    "saml_request",
    "saml_response",
    "secret",
    "session",
    "session_id",
    "sid",
    "sig",
    "signature",
    "ticket",
    "token",
    "x-amz-credential",
    "x-amz-security-token",
    "x-amz-signature",
    "x-goog-credential",
    "x-goog-signature",
  ],
};

export const accessLogDefaults: AccessLogOptions = {
  file: undefined,
  format: undefined,
  redaction: redactionDefaults,
  fields: [],
  only: undefined,
  sampleShare: 1,
};

export const eventLogDefaults: EventLogOptions = {
  level: "info",
  file: undefined,
  format: undefined,
};
