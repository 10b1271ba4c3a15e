/**
 * Whether an exchange gets in where its route says who does: addresses first, which cost nothing,
 * then a password, which may have to wait for its turn.
 */

import { isAddressLetIn } from "../access/access.ts";
import { readBasicCredentials, type Credentials } from "../access/credentials.ts";
import type { AccessOptions, BasicOptions } from "../access/options.ts";
import type { Login } from "../access/password-checks.ts";
import { Failure } from "../base/failure.ts";
import { id } from "../http/field-names.ts";
import type { Exchange } from "./exchange.ts";
import type { Rooms } from "./rooms.ts";

/** Throws, or rejects with, a `Failure`; undefined: it is in, and nobody had to wait. */
export function authorize(
  x: Exchange,
  access: AccessOptions,
  rooms: Rooms,
): Promise<void> | undefined {
  checkAddress(x, access);
  const { basic } = access;
  return basic === undefined ? undefined : askPassword(x, basic, rooms);
}

/** Throws a `Failure` for whom no password would help. */
export function checkAddress(x: Exchange, access: AccessOptions): void {
  if (isAddressLetIn(access, x.clientIp)) return;
  const who = x.clientIp || "a client on a Unix socket";
  throw new Failure("access-denied", `Cannot let in ${who}: \`access\` keeps it out`);
}

function askPassword(x: Exchange, basic: BasicOptions, rooms: Rooms): Promise<void> | undefined {
  const credentials = readCredentials(x);
  const { passwords } = rooms;
  const login = passwords.login(basic, credentials);
  if (!passwords.remembers(login)) return waitForCheck(x, basic, { rooms, login, credentials });
  letIn(x, basic, credentials);
  return undefined;
}

/**
 * Throws a `Failure` if there are none. Two lines would be read by us in one way, and perhaps by an
 * upstream in the other.
 */
export function readCredentials({ head: { fields } }: Exchange): Credentials {
  const value = fields.countOf(id.authorization) === 1 ? fields.get(id.authorization) : undefined;
  const credentials = readBasicCredentials(value ?? "");
  if (credentials === undefined) throw refused("no name and password, or not well-formed");
  return credentials;
}

interface Asked {
  readonly rooms: Rooms;
  readonly login: Login;
  readonly credentials: Credentials;
}

async function waitForCheck(x: Exchange, basic: BasicOptions, asked: Asked): Promise<void> {
  const isWanted = (): boolean => x.aborted === undefined;
  const checked = asked.rooms.passwords.check(asked.login, isWanted);
  const isRight = await x.wait(checked, () => undefined);
  if (!isRight) throw refused("unknown user or wrong password");
  letIn(x, basic, asked.credentials);
}

/** For those whose password is right. */
export function letIn(x: Exchange, { forward }: BasicOptions, { user }: Credentials): void {
  x.user = user;
  if (!forward) x.head.fields.remove(id.authorization);
}

function refused(why: string): Failure {
  return new Failure("unauthorized", `Cannot let in: ${why}`);
}
