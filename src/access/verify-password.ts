/** Is it the password of this hash? Never on the event loop, and never in a hurry: that is why. */

import { timingSafeEqual } from "node:crypto";

import { compareInThread } from "./bcrypt.ts";
import { deriveArgon2, deriveScrypt } from "./derive-key.ts";
import type { PasswordHash } from "./options.ts";

export async function verifyPassword(hash: PasswordHash, password: string): Promise<boolean> {
  switch (hash.algorithm) {
    case "scrypt":
      return timingSafeEqual(await deriveScrypt(password, hash, hash.key.length), hash.key);
    case "argon2id":
      return timingSafeEqual(await deriveArgon2(password, hash, hash.key.length), hash.key);
    case "bcrypt":
      return await compareInThread({ hash: hash.text, password });
  }
}
