/** `listen` and `trust`: where clients are listened for, and which peers are believed. */

import { IpSet, readCidr } from "../base/ip-set.ts";
import { describe, flag, reject, type Reader, type Wrong } from "../base/reader.ts";
import type { ListenOptions } from "../exchange/listen-options.ts";
import { firstPassed } from "../transport/passed-socket.ts";
import { overlaps } from "./listen-overlap.ts";
import type { Place } from "./place.ts";
import { listenerKeys } from "./schema.ts";

const portMax = 65_535;

/** Nobody has a million files open. */
const fdDigitsMax = 6;

/** What the kernel's `sun_path` holds on Linux, less the zero at its end. */
const socketPathBytesMax = 107;

/** Until there is TLS, a config without `listen` serves plain HTTP here, whatever its names. */
export const usualListener: ListenOptions = {
  label: ":8080",
  host: undefined,
  port: 8080,
  socketPath: undefined,
};

/** A listener and where it is written. */
export interface PlacedListener {
  readonly options: ListenOptions;
  readonly key: "listen" | "metrics";
  readonly writtenAt: string | undefined;
}

export function compileListeners(listen: Place): readonly PlacedListener[] {
  if (!listen.isThere) return [{ options: usualListener, key: "listen", writtenAt: undefined }];
  const found = placesOf(listen);
  if (found.length === 0) {
    reject(listen, {
      kind: "missing",
      message: "want an address to listen on, found none",
      help: 'a port such as 8080, or "127.0.0.1:8080"',
    });
  }
  const byAddress = new Map<string, PlacedListener & { readonly place: Place }>();
  for (const { place, read } of found) {
    const options = read();
    if (options === undefined) continue;
    const key = addressKey(options, byAddress.size);
    const first = byAddress.get(key);
    if (first !== undefined) {
      const message = `${options.label} is listened on twice`;
      const beside = [{ step: stepOf(first.place), message: "first written here" }];
      reject(place, { kind: "twice", message, help: "remove one of them", beside });
      continue;
    }
    const other = [...byAddress.values()].find((known) => overlaps(known.options, options));
    if (other !== undefined) warnOfOverlap(place, options, other);
    byAddress.set(key, { options, key: "listen", writtenAt: place.writtenAt, place });
  }
  return [...byAddress.values()].map(({ options, key, writtenAt }) => {
    return { options, key, writtenAt };
  });
}

const stepOf = ({ path }: Place): string | number => path.at(-1) ?? "";

function warnOfOverlap(
  place: Place,
  { label }: ListenOptions,
  other: PlacedListener & { readonly place: Place },
): void {
  const message = `${label} and ${other.options.label} are one address in part`;
  const beside = [{ step: stepOf(other.place), message: "the other one" }];
  const help = "remove one of them: the system gives a port away only once";
  place.warn({ kind: "overlap", message, help, beside });
}

/** Port 0 is another one each time. */
function addressKey({ socketPath, host, port, passed }: ListenOptions, count: number): string {
  if (passed !== undefined) return `fd:${passed}`;
  if (socketPath !== undefined) return socketPath;
  return `${host ?? "*"}:${port === 0 ? `any ${count}` : port}`;
}

interface PlacedAddress {
  readonly place: Place;
  readonly read: () => ListenOptions | undefined;
}

/** One address, a list of them, or a map from addresses to what is special about each. */
function placesOf(listen: Place): readonly PlacedAddress[] {
  const direct = (place: Place): PlacedAddress => ({
    place,
    read: () => place.read(listenAddress),
  });
  if (Array.isArray(listen.value)) return listen.items().map(direct);
  if (typeof listen.value !== "object" || listen.value === null) return [direct(listen)];
  return listen.entries().map(([address, place]) => ({
    place,
    read: () => {
      const isSound = place.value === null || place.hasKeys(listenerKeys);
      const options = place.read(listenKey(address));
      const proxyProtocol = place.at("proxyProtocol");
      if (!proxyProtocol.isThere) return isSound ? options : undefined;
      const wanted = proxyProtocol.read(flag);
      if (!isSound || options === undefined || wanted === undefined) return undefined;
      return { ...options, proxyProtocol: wanted };
    },
  }));
}

const listenAddress: Reader<ListenOptions> = (value, reporter) => {
  const text = typeof value === "number" ? String(value) : value;
  const read = typeof text === "string" ? readListenAddress(text) : wrong(value, undefined);
  return "message" in read ? reject(reporter, read) : read;
};

const listenKey =
  (address: string): Reader<ListenOptions> =>
  (_, reporter) => {
    const read = readListenAddress(address);
    return "message" in read ? reject(reporter, { ...read, onKey: true }) : read;
  };

/** The address, or what is wrong with it. */
export function readListenAddress(text: string): ListenOptions | Wrong {
  if (text.startsWith("unix:")) return readSocket(text);
  if (text.startsWith("fd:")) return readPassed(text);
  if (text.includes("://")) return wrong(text, 'leave out the scheme: "127.0.0.1:8080"');
  const isPort = /^\d+$/.test(text);
  const colon = isPort ? -1 : text.lastIndexOf(":");
  const portText = text.slice(colon + 1);
  if (!isPort && colon <= text.lastIndexOf("]")) return wrong(text, `add a port: "${text}:8080"`);
  const port = Number(portText);
  if (!/^\d{1,5}$/.test(portText) || port > portMax) {
    return wrong(text, `a port is a number from 0 to ${portMax}`);
  }
  const label = isPort ? `:${port}` : text;
  const name = isPort ? "" : text.slice(0, colon);
  if (name === "" || name === "*") return { label, host: undefined, port, socketPath: undefined };
  const host = readHost(name);
  if (host === undefined) return wrong(text, 'write an address such as "127.0.0.1:8080"');
  return { label, host, port, socketPath: undefined };
}

function readSocket(text: string): ListenOptions | Wrong {
  const socketPath = text.slice("unix:".length);
  if (!socketPath.startsWith("/")) return wrong(text, 'write "unix:/path/of/the.sock"');
  if (Buffer.byteLength(socketPath) > socketPathBytesMax) {
    return wrong(text, `a socket's path has at most ${socketPathBytesMax} bytes`);
  }
  return { label: text, host: undefined, port: 0, socketPath };
}

/** As systemd lets them be called: no more than 255 characters that can be printed, no colon. */
const passedName = /^[!-9;-~]{1,255}$/;

function readPassed(text: string): ListenOptions | Wrong {
  const passed = text.slice("fd:".length);
  const isNumber = /^\d+$/.test(passed);
  const isTooSmall = isNumber && Number(passed) < firstPassed;
  if (isTooSmall || !passedName.test(passed) || (isNumber && passed.length > fdDigitsMax)) {
    return wrong(text, `write "fd:${firstPassed}", or "fd:web" for the socket with that name`);
  }
  return { label: text, host: undefined, port: 0, socketPath: undefined, passed };
}

/** Without brackets; a name must be one of this machine's, which only listening shows. */
function readHost(name: string): string | undefined {
  if (/^\[.*\]$/.test(name)) {
    const address = name.slice(1, -1);
    return readCidr(address)?.family === 6 ? address : undefined;
  }
  if (/^[\d.]+$/.test(name)) return readCidr(name)?.family === 4 ? name : undefined;
  return /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?$/.test(name) ? name : undefined;
}

function wrong(found: unknown, help: string | undefined): Wrong {
  const want = 'want a port, "host:port" or "unix:/path"';
  return { message: `${want} to listen on, found ${describe(found)}`, help };
}

export function compileTrust(trust: Place): IpSet {
  const places = typeof trust.value === "string" ? [trust] : trust.items();
  if (trust.isThere && typeof trust.value !== "string" && !Array.isArray(trust.value)) {
    const message = `want a list such as [10.0.0.0/8], found ${describe(trust.value)}`;
    reject(trust, { message });
  }
  return IpSet.of(places.flatMap((place) => place.read(addressBlock) ?? []));
}

/** An address or a CIDR block, as `IpSet` takes it. */
export const addressBlock: Reader<string> = (value, reporter) => {
  if (typeof value === "string" && readCidr(value) !== undefined) return value;
  const help = value === "*" ? 'every address is "0.0.0.0/0" and "::/0"' : undefined;
  const want = "want an address or a block such as 10.0.0.0/8";
  return reject(reporter, { message: `${want}, found ${describe(value)}`, help });
};
