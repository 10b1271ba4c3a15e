/** Who gets in: by address, and by name and password. */

import type { IpSet } from "../base/ip-set.ts";

/** At least one of the three is there. */
export interface AccessOptions {
  /** Nobody else gets in; undefined: everybody who is not denied. */
  readonly allow: IpSet | undefined;
  /** They never get in, whatever `allow` says. */
  readonly deny: IpSet | undefined;
  /** undefined: nobody is asked for a password. */
  readonly basic: BasicOptions | undefined;
}

/** Basic authentication (RFC 7617). */
export interface BasicOptions {
  /** By name; at least one. */
  readonly users: ReadonlyMap<string, PasswordHash>;
  /** All of `users`: what a password is compared with whose user is not there. */
  readonly hashes: readonly PasswordHash[];
  /** The value of `WWW-Authenticate`, realm and all. */
  readonly challenge: string;
  /** Authorization goes on to the upstream; true by default. */
  readonly forward: boolean;
}

export type PasswordHash = ScryptHash | Argon2Hash | BcryptHash;

/** RFC 7914. */
export interface ScryptHash {
  readonly algorithm: "scrypt";
  /** As it is written. */
  readonly text: string;
  /** N, a power of two. */
  readonly cost: number;
  /** r; memory is 128 · N · r bytes. */
  readonly blockSize: number;
  /** p. */
  readonly parallelization: number;
  readonly salt: Buffer;
  readonly key: Buffer;
}

/** RFC 9106, version 1.3. */
export interface Argon2Hash {
  readonly algorithm: "argon2id";
  readonly text: string;
  readonly memoryKib: number;
  readonly passes: number;
  readonly parallelism: number;
  readonly salt: Buffer;
  readonly key: Buffer;
}

export interface BcryptHash {
  readonly algorithm: "bcrypt";
  readonly text: string;
}
