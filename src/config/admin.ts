/** `admin`: where a running program is asked and told things. */

import { describe, isOff, reject } from "../base/reader.ts";
import { readListenAddress } from "./listeners.ts";
import type { Place } from "./place.ts";

export interface AdminOptions {
  readonly isOff: boolean;
  /** undefined: in the folder for what runs, named after the config's file. */
  readonly socketPath: string | undefined;
}

export function compileAdmin(place: Place): AdminOptions {
  const usual = { isOff: false, socketPath: undefined };
  if (!place.isThere) return usual;
  const { value } = place;
  if (isOff(value)) return { ...usual, isOff: true };
  if (typeof value !== "string" && typeof value !== "number") {
    const message = `want "unix:/path" or off, found ${describe(value)}`;
    reject(place, { message });
    return usual;
  }
  const read = readListenAddress(String(value));
  if ("message" in read) reject(place, read);
  else if (read.socketPath !== undefined) return { isOff: false, socketPath: read.socketPath };
  else if (read.passed !== undefined) {
    const message = "a socket that the program was started with is for clients";
    reject(place, { message, help: 'use "unix:/path", or leave it out' });
  } else {
    const message = "a port is not available in this version: whoever reaches it could do all";
    reject(place, { kind: "unavailable", message, help: 'use "unix:/path", or leave it out' });
  }
  return usual;
}
