/** What a user writes about users, hashes and realms, read into the plan's form. */

import { describe, reject, type Reader } from "../base/reader.ts";
import { isFieldValue } from "../http/fields.ts";
import { hasArgon2 } from "./derive-key.ts";
import type { PasswordHash } from "./options.ts";
import { readPasswordHash } from "./password-hash.ts";

const howToHash = "make one with: foregate hash-password";

/** RFC 7617 §2: a colon would end the name, and controls are not allowed. */
export const userName: Reader<string> = (value, reporter) => {
  if (typeof value === "string" && /^[^:\x00-\x1f\x7f]+$/.test(value)) return value;
  const want = "want a user's name without colons and control characters";
  return reject(reporter, { message: `${want}, found ${describe(value)}`, onKey: true });
};

/** What stands there is never shown: it may be a password. */
export const passwordHash: Reader<PasswordHash> = (value, reporter) => {
  const read = typeof value === "string" ? readPasswordHash(value) : notText;
  if ("problem" in read) return reject(reporter, { message: read.problem, help: howToHash });
  if (read.algorithm !== "argon2id" || hasArgon2()) return read;
  const message = "this runtime has no argon2, as Node has from 24.7 on";
  return reject(reporter, { kind: "unavailable", message, help: "use scrypt or bcrypt" });
};

const notText = {
  problem: "want the hash of a password as text, found something else (not shown)",
};

/** The whole challenge with this realm, as a quoted-string (RFC 9110 §5.6.4, RFC 7617 §2.1). */
export const realmChallenge: Reader<string> = (value, reporter) => {
  // What is not ASCII goes out as UTF-8, as it stands in the config.
  const text = typeof value === "string" ? Buffer.from(value).toString("latin1") : "";
  const challenge = `Basic realm="${text.replace(/["\\]/g, "\\$&")}", charset="UTF-8"`;
  if (text !== "" && isFieldValue(challenge)) return challenge;
  const want = 'want text such as "Staff only", without control characters';
  return reject(reporter, { message: `${want}, found ${describe(value)}` });
};
