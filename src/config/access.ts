/** `access`: who gets in, from what stands in the config and in the files that it names. */

import type { AccessOptions, BasicOptions, PasswordHash } from "../access/options.ts";
import { passwordHash, realmChallenge, userName } from "../access/schema.ts";
import { IpSet } from "../base/ip-set.ts";
import { describe, flag, isOff, reject, type Reader } from "../base/reader.ts";
import { accessKeys, addressKeys, basicAuthKeys } from "./access-schema.ts";
import { readLines } from "./lines.ts";
import { addressBlock } from "./listeners.ts";
import type { Place } from "./place.ts";

const usualRealm = "Restricted";

/** The nearest place wins, key by key; `off` for all of it or for one key lifts what is outside. */
export function readAccess(
  place: Place,
  outer: AccessOptions | undefined,
): AccessOptions | undefined {
  if (!place.isThere) return outer;
  if (isOff(place.value)) return undefined;
  place.hasKeys(accessKeys);
  const allow = nearer(place.at("allow"), outer?.allow, readAddresses);
  const deny = nearer(place.at("deny"), outer?.deny, readAddresses);
  const basic = nearer(place.at("basic"), outer?.basic, readBasic);
  if (allow === undefined && deny === undefined && basic === undefined) return undefined;
  return { allow, deny, basic };
}

function nearer<T>(
  place: Place,
  outer: T | undefined,
  read: (place: Place) => T | undefined,
): T | undefined {
  if (!place.isThere) return outer;
  return isOff(place.value) ? undefined : read(place);
}

/** One address or block, or a list, in which files may stand. */
export function readAddresses(place: Place): IpSet {
  const places = Array.isArray(place.value) ? place.items() : [place];
  if (places.length === 0) {
    const message = "want addresses, blocks or { file: … }, found an empty list";
    reject(place, { kind: "missing", message, help: "`off` lifts what is said outside" });
  }
  return IpSet.of(
    places.flatMap((at) => (at.isMap ? readFile(at) : (at.read(addressBlock) ?? []))),
  );
}

/** `{ file: blocked.txt }`: an address or a block on each line. */
function readFile(place: Place): readonly string[] {
  place.hasKeys(addressKeys);
  const file = place.at("file");
  if (!file.isThere) {
    reject(place, { kind: "missing", message: "want `file`, a list of addresses, found none" });
    return [];
  }
  return readLines(file, addressBlock) ?? [];
}

function readBasic(place: Place): BasicOptions | undefined {
  const isSound = place.hasKeys(basicAuthKeys);
  if (!place.isMap) return undefined;
  const users = readUsers(place.at("users"));
  const realm = place.at("realm");
  const challenge = realm.isThere ? realm.read(realmChallenge) : realmChallenge(usualRealm, realm);
  const forward = place.at("forward").isThere ? place.at("forward").read(flag) : true;
  if (!isSound || users === undefined || challenge === undefined || forward === undefined) {
    return undefined;
  }
  return { users, hashes: [...users.values()], challenge, forward };
}

function readUsers(place: Place): ReadonlyMap<string, PasswordHash> | undefined {
  const found = typeof place.value === "string" ? readUserFile(place) : readUserMap(place);
  if (found === undefined || found.size > 0) return found;
  const message = `want users, found ${describe(place.value)}`;
  const help = 'users: { alice: "$scrypt$…" }, or a file of lines such as alice:$scrypt$…';
  return reject(place, { kind: "missing", message, help });
}

/** `alice:$scrypt$…` on each line, as in an htpasswd file. */
function readUserFile(place: Place): ReadonlyMap<string, PasswordHash> | undefined {
  const lines = readLines(place, userLine);
  if (lines === undefined) return undefined;
  const users = new Map(lines);
  if (users.size === lines.length) return users;
  const twice = lines.find(([name], at) => lines.findIndex(([other]) => other === name) < at);
  return reject(place, {
    kind: "twice",
    message: `the user ${describe(twice?.[0])} is there twice`,
  });
}

const userLine: Reader<readonly [string, PasswordHash]> = (value, reporter) => {
  const line = String(value);
  const colon = line.indexOf(":");
  if (colon > 0) {
    const user = userName(line.slice(0, colon), reporter);
    return [user, passwordHash(line.slice(colon + 1), reporter)];
  }
  return reject(reporter, {
    message: "want a line such as alice:$scrypt$…, found another (not shown)",
  });
};

function readUserMap(place: Place): ReadonlyMap<string, PasswordHash> | undefined {
  const users = new Map<string, PasswordHash>();
  let isSound = true;
  for (const [name, at] of place.entries()) {
    const user = at.read((_, reporter) => userName(name, reporter));
    const hash = at.read(passwordHash);
    if (user === undefined || hash === undefined) isSound = false;
    else users.set(user, hash);
  }
  return isSound ? users : undefined;
}
