/**
 * Who listens where, from /proc: to see whether an address is free without taking it. Linux tells
 * it to everybody, and which process it is to those who may look into that process.
 */

import { readdirSync, readFileSync, readlinkSync } from "node:fs";

import { plainIp, readIp, writeIp } from "../base/ip.ts";

export interface ListeningSocket {
  /** `0.0.0.0` and `::` are all addresses. */
  readonly address: string;
  readonly port: number;
  /** What the links in /proc/PID/fd call it by. */
  readonly inode: string;
}

export interface Holder {
  readonly pid: number;
  /** Its command line. */
  readonly command: string;
}

/** State 0A of a row of /proc/net/tcp is LISTEN. */
const listenState = "0A";

/** undefined: the system does not say. */
export function listeningSockets(): readonly ListeningSocket[] | undefined {
  const tables = ["tcp", "tcp6"].map((name) => readText(`/proc/net/${name}`));
  if (tables.every((table) => table === undefined)) return undefined;
  return tables.flatMap((table) => socketsIn(table ?? ""));
}

/** The rows of /proc/net/tcp or tcp6 that listen. */
export function socketsIn(table: string): ListeningSocket[] {
  return table.split("\n").flatMap((row): ListeningSocket[] => {
    const words = row.trim().split(/\s+/);
    const [address = "", port = ""] = (words[1] ?? "").split(":");
    if (words[3] !== listenState) return [];
    return [{ address: addressOf(address), port: parseInt(port, 16), inode: words[9] ?? "" }];
  });
}

/** The kernel prints words of 32 bits as the machine has them, which is the lowest byte first. */
function addressOf(hex: string): string {
  const words = (hex.match(/.{8}/g) ?? []).map((word) => Buffer.from(word, "hex").readUInt32LE(0));
  return plainIp(writeIp(words));
}

const everyAddress: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

/** Whether who holds the socket keeps others from listening at `address`; undefined: everywhere. */
export function isInTheWay(socket: ListeningSocket, address: string | undefined): boolean {
  if (address === undefined || everyAddress.has(socket.address)) return true;
  return everyAddress.has(address) || isSameAddress(address, socket.address);
}

/** However it is written. */
export const isSameAddress = (one: string, other: string): boolean =>
  canonical(one) === canonical(other);

const scratch = new Uint32Array(4);

function canonical(address: string): string {
  const family = readIp(address, scratch);
  return family === 0 ? address : writeIp(scratch.subarray(0, family === 4 ? 1 : 4));
}

/** undefined: it is another user's, or has gone. */
export function holderOf(inode: string): Holder | undefined {
  const wanted = `socket:[${inode}]`;
  for (const pid of namesIn("/proc").filter((name) => /^\d+$/.test(name))) {
    const folder = `/proc/${pid}/fd`;
    if (!namesIn(folder).some((file) => linkOf(`${folder}/${file}`) === wanted)) continue;
    const command = (readText(`/proc/${pid}/cmdline`) ?? "").replaceAll("\0", " ").trim();
    return { pid: Number(pid), command };
  }
  return undefined;
}

/** Empty where this process may not look, or what was there has gone. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** undefined: there is none, or this process may not read it. */
export function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
