/** Hashes: those of other programs are understood, ours are too, and nothing else gets in. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { hasArgon2 } from "../../src/access/derive-key.ts";
import { hashAlgorithms, makePasswordHash } from "../../src/access/make-hash.ts";
import type { PasswordHash } from "../../src/access/options.ts";
import { readPasswordHash } from "../../src/access/password-hash.ts";
import { verifyPassword } from "../../src/access/verify-password.ts";
import { argon2s, bcrypts, scryptUnicode, scryptWithColon } from "./hashes.ts";

const withoutArgon2 = hasArgon2() ? false : "this runtime has no argon2";

function read(text: string): PasswordHash {
  const found = readPasswordHash(text);
  assert.ok(!("problem" in found), `${text} is a hash`);
  return found;
}

const others = [scryptWithColon, scryptUnicode, ...bcrypts, ...argon2s];

for (const { password, hash } of others) {
  const skip = hash.startsWith("$argon2") && withoutArgon2;
  void test(`password hash: another program's ${hash.slice(0, 24)}`, { skip }, async () => {
    assert.equal(await verifyPassword(read(hash), password), true);
    for (const wrong of ["", `${password} `, password.slice(1), hash]) {
      assert.equal(await verifyPassword(read(hash), wrong), false, wrong);
    }
  });
}

for (const algorithm of hashAlgorithms) {
  const skip = algorithm === "argon2id" && withoutArgon2;
  void test(`password hash: our own ${algorithm}`, { skip }, async () => {
    const text = await makePasswordHash("pässwörd: x", algorithm);
    assert.equal(read(text).algorithm, algorithm);
    assert.notEqual(await makePasswordHash("pässwörd: x", algorithm), text, "salts differ");
    assert.equal(await verifyPassword(read(text), "pässwörd: x"), true);
    assert.equal(await verifyPassword(read(text), "passwörd: x"), false);
  });
}

const { hash: scrypt } = scryptWithColon;
const argon2 = argon2s[0]?.hash ?? "";
const bcrypt = bcrypts[0]?.hash ?? "";

/** Each is one change away from a hash. */
const notHashes: readonly string[] = [
  "",
  " ",
  "secret",
  ` ${scrypt}`,
  `${scrypt} `,
  `${scrypt}\n`,
  `${scrypt}=`,
  scrypt.toUpperCase(),
  scrypt.replace("ln=10", "ln=0"),
  scrypt.replace("ln=10", "ln=-1"),
  scrypt.replace("ln=10", "ln=63"),
  scrypt.replace("r=8", "r=0"),
  scrypt.replace("p=3", "p=0"),
  scrypt.replace("p=3", "p=999"),
  scrypt.replace("ln=10,r=8", "r=8,ln=10"),
  scrypt.replace("$MDEy", "$MD-y"),
  scrypt.slice(0, -24),
  scrypt.slice(0, scrypt.lastIndexOf("$")),
  argon2.replace("v=19", "v=16"),
  argon2.replace("$v=19", ""),
  argon2.replace("argon2id", "argon2d"),
  argon2.replace("m=256", "m=4"),
  argon2.replace("m=256", "m=9999999"),
  argon2.replace("t=2", "t=0"),
  argon2.replace("t=2", "t=65"),
  bcrypt.replace("$2b", "$2x"),
  bcrypt.replace("$2b", "$2"),
  bcrypt.replace("$05", "$03"),
  bcrypt.replace("$05", "$16"),
  bcrypt.replace("$05", "$5"),
  bcrypt.slice(0, -1),
  `${bcrypt}x`,
  bcrypt.replace("abc", "ab:"),
];

void test("password hash: what is no hash, or too costly, is said to be so and not shown", () => {
  for (const text of notHashes) {
    const found = readPasswordHash(text);
    assert.ok("problem" in found, `${JSON.stringify(text)} is no hash`);
    const shown = text.trim().length > 4 && found.problem.includes(text.trim());
    assert.ok(!shown, found.problem);
  }
});
