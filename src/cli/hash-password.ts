/** `foregate hash-password`: a password goes in, what `users` of a config takes comes out. */

import { hasArgon2 } from "../access/derive-key.ts";
import { bcryptBytesMax, hashAlgorithms, makePasswordHash } from "../access/make-hash.ts";
import { askPassword, emptyPassword, readPassword } from "./ask-password.ts";
import { exitCodes } from "./exit-codes.ts";
import { print, say } from "./say.ts";

export interface HashOptions {
  readonly algorithm: string;
}

/** Resolves with the exit code. */
export async function hashPassword(options: HashOptions): Promise<number> {
  const algorithm = hashAlgorithms.find((name) => name === options.algorithm);
  if (algorithm === undefined) {
    return refuse(`want ${hashAlgorithms.join(", ")}; found ${JSON.stringify(options.algorithm)}`);
  }
  if (algorithm === "argon2id" && !hasArgon2()) {
    return refuse("this runtime has no argon2, as Node has from 24.7 on");
  }
  const { stdin } = process;
  const asked = stdin.isTTY
    ? await askPassword(stdin, (text) => process.stderr.write(text))
    : await readPassword(stdin);
  if ("problem" in asked) return refuse(asked.problem);
  const problem = problemOf(asked.password, algorithm);
  if (problem !== undefined) return refuse(problem);
  print(await makePasswordHash(asked.password, algorithm));
  return exitCodes.ok;
}

function problemOf(password: string, algorithm: string): string | undefined {
  if (password === "") return emptyPassword;
  // RFC 7617 §2: no client may send them.
  if (/[\x00-\x1f\x7f]/.test(password)) {
    return "a password is one line, without control characters";
  }
  if (algorithm !== "bcrypt" || Buffer.byteLength(password) <= bcryptBytesMax) return undefined;
  return `bcrypt looks at the first ${bcryptBytesMax} bytes only: use scrypt`;
}

function refuse(problem: string): number {
  say(`error: cannot hash the password: ${problem}`);
  return exitCodes.usage;
}
