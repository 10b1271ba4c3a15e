/**
 * Configs that are a command line: `foregate 3000`, `foregate example.com=:3000`,
 * `foregate proxy --from example.com --to :3000`. They become the value that a file would hold, and
 * go the same way from there.
 */

import { usualListener } from "../config/listeners.ts";

export interface OneLiner {
  readonly listen: string;
  readonly sites: Readonly<Record<string, unknown>>;
}

export interface ProxyWishes {
  readonly from: string;
  readonly to: readonly string[];
  readonly balance: string | undefined;
}

/** `host=upstream`, or an upstream for every host; undefined: neither. */
function readTarget(target: string): readonly [host: string, upstream: string] | undefined {
  const equals = target.indexOf("=");
  const host = equals < 0 ? "*" : target.slice(0, equals);
  const upstream = upstreamOf(target.slice(equals + 1));
  return host === "" || !/[:/]/.test(upstream) ? undefined : [host, upstream];
}

/** A port alone is on this machine. */
const upstreamOf = (text: string): string => (/^\d+$/.test(text) ? `:${text}` : text);

/** A config, or a sentence about the target that is none. */
export function configOfTargets(targets: readonly string[]): OneLiner | string {
  const sites = new Map<string, string>();
  for (const target of targets) {
    const read = readTarget(target);
    if (read === undefined)
      return `cannot read "${target}": want a port, HOST=UPSTREAM or UPSTREAM`;
    const [host, upstream] = read;
    const known = sites.get(host);
    if (known !== undefined) {
      const where = host === "*" ? "" : ` --from ${host}`;
      return `two upstreams for one host: foregate proxy${where} --to ${known} --to ${upstream}`;
    }
    sites.set(host, upstream);
  }
  return { listen: usualListener.label, sites: Object.fromEntries(sites) };
}

/** `from` is where to listen, or the host to answer for, or both. */
export function configOfProxy({ from, to, balance }: ProxyWishes): OneLiner {
  const proxy = { to: to.map(upstreamOf), ...(balance === undefined ? {} : { balance }) };
  const { listen, host } = readFrom(from);
  return { listen, sites: { [host]: { proxy } } };
}

function readFrom(from: string): { readonly listen: string; readonly host: string } {
  const isAddress = /^(?:unix:|\*?:|\[|\d+$|[\d.]+:\d+$)/.test(from);
  if (isAddress) return { listen: from, host: "*" };
  const [, host, port] = /^(.*):(\d+)$/.exec(from) ?? [];
  if (host === undefined) return { listen: usualListener.label, host: from };
  return { listen: `:${port}`, host };
}
