/** What to say about a key that is not known where it stands: later, elsewhere, or mistyped. */

import { nearestWord } from "./did-you-mean.ts";
import { nameHere } from "./other-names.ts";
import type { ProblemKind } from "./problems.ts";

/** Keys that later versions bring: known by name, so that nobody hunts for a mistyped one. */
const laterKeys: ReadonlySet<string> = new Set(
  (
    "admin backup cache canary compress connectionsPerClient dns " +
    "email errors health http2 http3 jwt metrics mirror oidc outlier " +
    "rate retry rewrite shared shutdown slowStart sticky test tls translate weight"
  ).split(" "),
);

/** Where the keys of this version belong. */
export const homes: Readonly<Record<string, string>> = {
  access: "`defaults`, a site or a route",
  after: "`limits.bandwidth` of `defaults`, a site or a route",
  allow: "`access` of `defaults`, a site or a route",
  balance: "a pool or the map of a `proxy`",
  bandwidth: "`limits` of `defaults`, a site or a route",
  basic: "`access` of `defaults`, a site or a route",
  body: "`limits` of `defaults`, a site or a route",
  bodyGrace: "`timeouts` at the top",
  bodyRate: "`timeouts` at the top",
  buffer: "the top, `defaults`, a site or a route",
  client: "`limits.bandwidth` of `defaults`, a site or a route",
  compat: "the top of the config",
  connect: "`timeouts` of `defaults`, a pool, a site or a route",
  connections: "`limits` at the top",
  defaults: "the top of the config",
  deny: "`access` of `defaults`, a site or a route",
  directory: "`buffer` at the top",
  disk: "`buffer` at the top",
  drain: "`timeouts` at the top",
  exchanges: "`limits` at the top",
  field: "`limits` at the top",
  fields: "`limits` at the top",
  file: "`respond` of a route, or `logs.access` or `logs.events`",
  firstByte: "`timeouts` of `defaults`, a pool, a site or a route",
  forwarded: "the top of the config",
  head: "`limits` or `timeouts` at the top",
  header: "a route",
  headers: "`defaults`, a site, a route or its `respond`",
  hooks: "`defaults`, a site or a route",
  host: "a route",
  include: "the top of the config",
  idle: "`timeouts` of `defaults`, a pool, a site or a route",
  keepAlive: "a pool, or `timeouts` at the top for clients",
  limits: "the top, `defaults`, a site or a route",
  listen: "the top of the config",
  logs: "the top of the config",
  maintenance: "`defaults`, a site or a route",
  memory: "`buffer` at the top",
  method: "a route",
  path: "a route",
  pools: "the top of the config",
  proxy: "a site or a route",
  proxyProtocol: "an address of `listen`, a pool or the map of a `proxy`",
  query: "a route",
  realm: "`access.basic`",
  redirect: "a site or a route",
  replace: "a site or a route",
  respond: "a site or a route",
  responseGrace: "`timeouts` at the top",
  responseRate: "`timeouts` at the top",
  retryAfter: "`maintenance` of `defaults`, a site or a route",
  routes: "a site",
  sites: "the top of the config",
  status: "`redirect` or `respond`",
  strip: "a site or a route",
  target: "`limits` at the top",
  timeouts: "the top, `defaults`, a pool, a site, a route or the map of a `proxy`",
  to: "a pool, `proxy` or `redirect`",
  trust: "the top of the config",
  tunnel: "`timeouts` at the top",
  upgrade: "the map of a `proxy`",
  users: "`access.basic`",
  while: "`maintenance` of `defaults`, a site or a route",
  workers: "the top of the config",
  write: "`timeouts` at the top",
};

export interface UnknownKey extends Advice {
  readonly kind: ProblemKind;
  readonly message: string;
}

interface Advice {
  readonly hint?: string | undefined;
  readonly help?: string | undefined;
}

/** `known` is what may stand there, `place` its name. */
export function unknownKey(key: string, known: readonly string[], place: string): UnknownKey {
  if (laterKeys.has(key)) {
    const message = `\`${key}\` is not available in this version`;
    return { kind: "unavailable", message };
  }
  const message = `unknown key \`${key}\` in ${place}`;
  return { kind: "unknown-key", message, ...adviceOn(key, known) };
}

function adviceOn(key: string, known: readonly string[]): Advice {
  const home = Object.hasOwn(homes, key) ? homes[key] : undefined;
  if (home !== undefined) return { help: `\`${key}\` belongs in ${home}` };
  const here = nameHere(key);
  if (here !== undefined) return { help: `here it is ${here}` };
  const meant = nearestWord(key, known);
  if (meant !== undefined) return { hint: `did you mean \`${meant}\`?` };
  const elsewhere = nearestWord(key, [...Object.keys(homes), ...laterKeys]);
  if (elsewhere !== undefined && Object.hasOwn(homes, elsewhere)) {
    return {
      hint: `did you mean \`${elsewhere}\`?`,
      help: `\`${elsewhere}\` belongs in ${homes[elsewhere]}`,
    };
  }
  return known.length === 0 ? {} : { help: `known here: ${known.join(", ")}` };
}
