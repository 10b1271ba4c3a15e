/** New hashes, with the costs that OWASP asks for (Password Storage Cheat Sheet). */

import { randomBytes } from "node:crypto";

import { deriveArgon2, deriveScrypt } from "./derive-key.ts";
import { encodePart } from "./password-hash.ts";

export const hashAlgorithms = ["scrypt", "argon2id", "bcrypt"] as const;
export type HashAlgorithm = (typeof hashAlgorithms)[number];

/** bcrypt looks at no more. */
export const bcryptBytesMax = 72;

const saltBytes = 16;
const keyBytes = 32;
/** As strong as N = 2^17 with p = 1, in a quarter of its memory: 32 MiB. */
const scryptLog2 = 15;
const scryptParameters = { cost: 2 ** scryptLog2, blockSize: 8, parallelization: 3 } as const;
const argon2Parameters = { memoryKib: 19_456, passes: 2, parallelism: 1 } as const;
const bcryptCost = 12;

/** argon2id only where `hasArgon2()`. */
export async function makePasswordHash(
  password: string,
  algorithm: HashAlgorithm,
): Promise<string> {
  const salt = randomBytes(saltBytes);
  switch (algorithm) {
    case "scrypt": {
      const parameters = { algorithm, ...scryptParameters, salt };
      const key = await deriveScrypt(password, parameters, keyBytes);
      const { blockSize, parallelization } = parameters;
      const costs = `ln=${scryptLog2},r=${blockSize},p=${parallelization}`;
      return `$scrypt$${costs}$${encodePart(salt)}$${encodePart(key)}`;
    }
    case "argon2id": {
      const parameters = { algorithm, ...argon2Parameters, salt };
      const key = await deriveArgon2(password, parameters, keyBytes);
      const { memoryKib, passes, parallelism } = parameters;
      const costs = `m=${memoryKib},t=${passes},p=${parallelism}`;
      return `$argon2id$v=19$${costs}$${encodePart(salt)}$${encodePart(key)}`;
    }
    case "bcrypt": {
      const { hash } = await import("bcryptjs");
      return await hash(password, bcryptCost);
    }
  }
}
