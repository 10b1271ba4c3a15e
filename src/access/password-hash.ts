/**
 * The hash of a password, as it is written: PHC strings for scrypt and argon2id, and the form of
 * bcrypt, which has its own.
 *
 *   $scrypt$ln=15,r=8,p=3$SALT$KEY     $argon2id$v=19$m=19456,t=2,p=1$SALT$KEY     $2b$12$SALTKEY
 *
 * Costs have a limit: a hash that takes a minute to compare would be an attack from inside.
 */

import type { Argon2Hash, PasswordHash, ScryptHash } from "./options.ts";

export interface HashProblem {
  /** Without the hash: it may be a password. */
  readonly problem: string;
}

/** One comparison; OWASP's largest choice takes half of it. */
const memoryBytesMax = 256 * 1024 * 1024;
/** Two to the 15th rounds take some seconds. */
const bcryptCostMax = 15;
const repeatsMax = 64;
const saltBytesMin = 8;
const keyBytesMin = 16;
const partBytesMax = 64;

const scryptPattern = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$([^$]+)\$([^$]+)$/;
const argon2Pattern = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([^$]+)\$([^$]+)$/;
const bcryptPattern = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

export function readPasswordHash(text: string): PasswordHash | HashProblem {
  if (text.startsWith("$scrypt$")) return readScrypt(text);
  if (text.startsWith("$argon2id$")) return readArgon2(text);
  if (/^\$2[aby]\$/.test(text)) return readBcrypt(text);
  const unsafe = unsafeForms.find(([pattern]) => pattern.test(text))?.[1];
  return { problem: unsafe ?? "want the hash of a password, found something else (not shown)" };
}

const unsafeForms: readonly (readonly [pattern: RegExp, problem: string])[] = [
  [/^\$(?:apr1|1)\$/, "hashes of MD5 (apr1) are guessed too fast"],
  [/^\{S?SHA\}/i, "hashes of SHA-1 are guessed too fast"],
  [/^\$argon2[id]?\$/, "of argon2 only argon2id is taken"],
  [/^\$2x?\$/, "bcrypt of this version has a fault; $2a$, $2b$ and $2y$ are taken"],
  [/^\$[a-z0-9]+\$/i, "hashes of this algorithm are not taken"],
];

function readScrypt(text: string): ScryptHash | HashProblem {
  const found = scryptPattern.exec(text);
  const parts = readParts(found?.[4], found?.[5]);
  if (found === null || parts === undefined) {
    return { problem: "want $scrypt$ln=…,r=…,p=…$salt$hash, found another form (not shown)" };
  }
  const [log2, blockSize, parallelization] = found.slice(1, 4).map(Number) as [
    number,
    number,
    number,
  ];
  const cost = 2 ** log2;
  const isSound = log2 > 0 && blockSize > 0 && parallelization > 0;
  if (!isSound || 128 * cost * blockSize > memoryBytesMax || parallelization > repeatsMax) {
    const want = `128 · 2^ln · r up to ${memoryBytesMax} bytes, and p from 1 to ${repeatsMax}`;
    return { problem: `want ${want}; found ln=${log2},r=${blockSize},p=${parallelization}` };
  }
  return { algorithm: "scrypt", text, cost, blockSize, parallelization, ...parts };
}

function readArgon2(text: string): Argon2Hash | HashProblem {
  const found = argon2Pattern.exec(text);
  const parts = readParts(found?.[4], found?.[5]);
  if (found === null || parts === undefined) {
    const want = "$argon2id$v=19$m=…,t=…,p=…$salt$hash";
    return { problem: `want ${want}, found another form (not shown)` };
  }
  const [memoryKib, passes, parallelism] = found.slice(1, 4).map(Number) as [
    number,
    number,
    number,
  ];
  const isSound = passes > 0 && parallelism > 0 && memoryKib >= 8 * parallelism;
  const isBounded = memoryKib * 1024 <= memoryBytesMax && passes <= repeatsMax;
  if (!isSound || !isBounded || parallelism > repeatsMax) {
    const most = `m up to ${memoryBytesMax / 1024} and at least 8 · p`;
    const want = `${most}, t and p from 1 to ${repeatsMax}`;
    return { problem: `want ${want}; found m=${memoryKib},t=${passes},p=${parallelism}` };
  }
  return { algorithm: "argon2id", text, memoryKib, passes, parallelism, ...parts };
}

function readBcrypt(text: string): PasswordHash | HashProblem {
  const cost = Number(bcryptPattern.exec(text)?.[1] ?? NaN);
  if (cost >= 4 && cost <= bcryptCostMax) return { algorithm: "bcrypt", text };
  const problem = Number.isNaN(cost)
    ? "want $2b$, a cost and 53 characters, found another form (not shown)"
    : `want a cost from 4 to ${bcryptCostMax}, found ${cost}`;
  return { problem };
}

function readParts(
  saltText = "",
  keyText = "",
): { readonly salt: Buffer; readonly key: Buffer } | undefined {
  const salt = decodePart(saltText);
  const key = decodePart(keyText);
  if (salt === undefined || key === undefined) return undefined;
  const isLong = salt.length >= saltBytesMin && key.length >= keyBytesMin;
  return isLong && salt.length <= partBytesMax && key.length <= partBytesMax
    ? { salt, key }
    : undefined;
}

/** Base64 without padding, as PHC strings have it. */
function decodePart(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  return encodePart(bytes) === text ? bytes : undefined;
}

export function encodePart(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}
