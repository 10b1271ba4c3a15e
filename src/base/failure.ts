/**
 * Failures: every expected way an exchange can go wrong, as one table.
 *
 * A row says who is to blame, what the client is told, and whether another attempt may be made.
 * Logs, counters, retries and error answers all read this table; none of them tests an error by
 * its message. What cannot happen unless this program is wrong is not a failure: use `assert`.
 */

/** Whose fault it is: decides the log level, and whether an upstream's health counts it. */
export type Blame = "client" | "upstream" | "proxy";

/**
 * Whether another attempt is safe. `always`: not one byte of the request was sent. `reused`: only
 * if a kept-alive connection died before it answered, and the request may be repeated
 * (RFC 9110 §9.2.2, RFC 9112 §9.3.1). The table is the most that is allowed; a route may allow
 * less.
 */
export type Retry = "never" | "reused" | "always";

interface Row {
  readonly blame: Blame;
  /** The status that the client is told, if it can still be told anything. */
  readonly status: number;
  readonly retry: Retry;
  /** One sentence for the client: what happened, with nothing about what stands behind us. */
  readonly says: string;
}

const notYou = "The server behind this address";

export const failures = {
  "bad-request": row("client", 400, "The request could not be understood."),
  unauthorized: row("client", 401, "A name and a password are needed here."),
  "access-denied": row("client", 403, "This is not allowed."),
  "no-route": row("client", 404, "There is nothing at this address."),
  "method-not-allowed": row("client", 405, "This method is not allowed here."),
  "head-timeout": row("client", 408, "The request took too long to arrive."),
  "body-timeout": row("client", 408, "The request's body took too long to arrive."),
  "body-too-large": row("client", 413, "The request's body is larger than is allowed here."),
  "target-too-long": row("client", 414, "The address is longer than is allowed."),
  "expectation-failed": row("client", 417, "The request expects what cannot be done."),
  misdirected: row("client", 421, "This server does not answer for that name."),
  "fields-too-large": row("client", 431, "The request's fields are larger than is allowed."),
  "client-gone": row("client", 499, "The client went away."),
  "write-timeout": row("client", 499, "The client stopped reading."),
  "read-too-slow": row("client", 499, "The client read too slowly."),
  "version-not-supported": row("client", 505, "This version of HTTP is not spoken here."),
  "loop-detected": row("client", 508, "The request came back to where it had been."),
  internal: row("proxy", 500, "Something went wrong here."),
  "spool-failed": row("proxy", 500, "Something went wrong here."),
  "hook-failed": row("proxy", 500, "Something went wrong here."),
  "hook-timeout": row("proxy", 504, "Something here took too long."),
  "not-implemented": row("client", 501, "This is not supported here."),
  overloaded: row("proxy", 503, "The server is busy. Please try again in a moment."),
  maintenance: row("proxy", 503, "This site is being worked on. Please come back later."),
  draining: row("proxy", 503, "The server is about to stop. Please try again."),
  "name-not-resolved": row("upstream", 502, `${notYou} cannot be found.`, "always"),
  "connect-refused": row("upstream", 502, `${notYou} cannot be reached.`, "always"),
  "connect-timeout": row("upstream", 504, `${notYou} cannot be reached.`, "always"),
  "upstream-reset": row("upstream", 502, `${notYou} broke off the answer.`, "reused"),
  "upstream-closed": row("upstream", 502, `${notYou} did not answer.`, "reused"),
  "bad-response": row("upstream", 502, `${notYou} sent what cannot be understood.`),
  "response-too-large": row("upstream", 502, `${notYou} sent too large a head.`),
  "truncated-response": row("upstream", 502, `${notYou} broke off the answer.`),
  "no-upstream": row("upstream", 503, `${notYou} is not available.`),
  "first-byte-timeout": row("upstream", 504, `${notYou} took too long to answer.`),
  "idle-timeout": row("upstream", 504, `${notYou} took too long to answer.`),
} as const satisfies Record<string, Row>;

export type FailureCode = keyof typeof failures;

export class Failure extends Error {
  override readonly name = "Failure";
  readonly code: FailureCode;

  /** `message` says what was being done and what was seen: it is read in logs, never by code. */
  constructor(code: FailureCode, message: string, options?: ErrorOptions) {
    // A failure is an answer, not a surprise: under attack its stack would be the dearest part.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(message, options);
    Error.stackTraceLimit = limit;
    this.code = code;
  }

  get row(): Row {
    return failures[this.code];
  }
}

function row(blame: Blame, status: number, says: string, retry: Retry = "never"): Row {
  return { blame, status, says, retry };
}
