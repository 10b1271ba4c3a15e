/** What is changed in a request before it is sent on, and in its response on the way back. */

import type { RequestHook, ResponseHook } from "./hooks.ts";

/**
 * One mapping for both directions: requests go from the public to the internal prefix, and what a
 * response says about locations goes back. `strip: /app` is { publicPrefix: "/app",
 * internalPrefix: "" }.
 * Neither ends in a slash.
 */
export interface PathMapping {
  readonly publicPrefix: string;
  readonly internalPrefix: string;
}

/** Those that lead somewhere else (RFC 9110 §15.4). */
export const redirectStatuses: readonly number[] = [301, 302, 303, 307, 308];

/** `default` sets a field only where there is none. */
export type FieldRuleKind = "set" | "add" | "remove" | "default";

export interface FieldRule {
  readonly kind: FieldRuleKind;
  readonly name: string;
  /** Parsed placeholders (`$host`); undefined for `remove`. */
  readonly value: Template | undefined;
}

export interface FieldRules {
  readonly request: readonly FieldRule[];
  readonly response: readonly FieldRule[];
}

/** A function of the user's, and what it says of itself. */
export interface Hook<Run> {
  readonly run: Run;
  /** Its answers may be kept: what it does depends on the request and its fields alone. */
  readonly cacheable: boolean;
}

/** One of them is there. */
export interface Hooks {
  readonly request: Hook<RequestHook> | undefined;
  readonly response: Hook<ResponseHook> | undefined;
  /** What relative paths of files start from. */
  readonly folder: string;
}

/** Text with placeholders, taken apart once: strings stand for themselves. */
export type Template = readonly (string | Placeholder)[];

export interface Placeholder {
  /** `$uri` path and query · `$host` · `$path` · `$query` · `$ip` · `$scheme` · `$method`. */
  readonly kind:
    | "uri"
    | "host"
    | "path"
    | "query"
    | "ip"
    | "scheme"
    | "method"
    | "header"
    | "cookie";
  /** The name after `$header.` or `$cookie.`; "" for the others. */
  readonly name: string;
}

export interface ForwardedOptions {
  /** Also write RFC 7239's `Forwarded`; false by default: few applications read it. */
  readonly rfc7239: boolean;
}
