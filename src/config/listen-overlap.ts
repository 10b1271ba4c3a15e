/** Which addresses to listen on are parts of others: the system gives a port away only once. */

import { readCidr } from "../base/ip-set.ts";
import type { ListenOptions } from "../exchange/listen-options.ts";

/** Only what is certain: a name may be any address of this machine. */
export function overlaps(a: ListenOptions, b: ListenOptions): boolean {
  if (!isAddress(a) || !isAddress(b) || a.port !== b.port || a.port === 0) return false;
  const [one, other] = [addressOf(a.host), addressOf(b.host)];
  if (one === "every" || other === "every") return true;
  if (one === "name" || other === "name") return false;
  if (one === "every IPv4") return other === "every IPv4" || other.startsWith("4 ");
  if (other === "every IPv4") return one.startsWith("4 ");
  return one === other;
}

const isAddress = ({ socketPath, passed }: ListenOptions): boolean =>
  socketPath === undefined && passed === undefined;

type Address = "every" | "every IPv4" | "name" | `${4 | 6} ${string}`;

/** `::` takes IPv4 as well, as a port alone does. An address can be written in many ways. */
function addressOf(host: string | undefined): Address {
  const read = host === undefined ? undefined : readCidr(host);
  if (read === undefined) return host === undefined ? "every" : "name";
  const isEvery = read.first.every((word) => word === 0);
  if (isEvery) return read.family === 4 ? "every IPv4" : "every";
  return `${read.family} ${read.first.join(" ")}`;
}
