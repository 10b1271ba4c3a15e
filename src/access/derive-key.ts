/**
 * The slow functions themselves. scrypt and argon2 of the runtime work on its pool of threads, so
 * that the event loop goes on meanwhile.
 */

import * as crypto from "node:crypto";

import type { Argon2Hash, ScryptHash } from "./options.ts";

/** A hash without its result. */
export type ScryptParameters = Omit<ScryptHash, "text" | "key">;
export type Argon2Parameters = Omit<Argon2Hash, "text" | "key">;

/** Node has it from 24.7 on; what another runtime has, only it can tell. */
export function hasArgon2(): boolean {
  return typeof (crypto as Partial<typeof crypto>).argon2 === "function";
}

export function deriveScrypt(
  password: string,
  { cost, blockSize, parallelization, salt }: ScryptParameters,
  keyBytes: number,
): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  // As the library counts it, and some for itself; its default would refuse what OWASP asks for.
  const maxmem = 128 * blockSize * (cost + parallelization + 2) + 1024 * 1024;
  const options = { N: cost, r: blockSize, p: parallelization, maxmem };
  crypto.scrypt(password, salt, keyBytes, options, (error, key) => {
    // null on Node, undefined on Bun.
    if (error instanceof Error) reject(error);
    else resolve(key);
  });
  return promise;
}

export function deriveArgon2(
  password: string,
  { memoryKib, passes, parallelism, salt }: Argon2Parameters,
  keyBytes: number,
): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const parameters = {
    message: password,
    nonce: salt,
    parallelism,
    tagLength: keyBytes,
    memory: memoryKib,
    passes,
  };
  crypto.argon2("argon2id", parameters, (error, key) => {
    // null on Node, undefined on Bun.
    if (error instanceof Error) reject(error);
    else resolve(key);
  });
  return promise;
}
