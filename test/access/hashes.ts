/**
 * Hashes that other programs made: Python's hashlib.scrypt, libxcrypt (Python's crypt), and the
 * vectors that come with argon2's reference implementation. Their costs are low, for speed.
 */

export interface HashedPassword {
  readonly password: string;
  readonly hash: string;
}

/** Python: hashlib.scrypt(password, salt=b"0123456789abcdef", n=2**10, r=8, p=3, dklen=32). */
export const scryptWithColon: HashedPassword = {
  password: "correct horse: battery",
  hash: "$scrypt$ln=10,r=8,p=3$MDEyMzQ1Njc4OWFiY2RlZg$BOHlw52A0i0mRc4cPeWcrbJ0tQ7uFvsFm8vW//H1pYs",
};

/** Python: n=2**4, dklen=64, and a salt with bytes that are no text. */
export const scryptUnicode: HashedPassword = {
  password: "pässwörd",
  hash:
    "$scrypt$ln=4,r=8,p=1$AP8Qc2FsdHNhbHQ$" +
    "1wqzgAEK66p3mioXBa+noNC8AxmK0pMGnMd0IdXvz55+QiDarqkftkoQT6yeKcZkS/zAFDQjIQbSkoAdV5jMyA",
};

/** libxcrypt. */
export const bcrypts: readonly HashedPassword[] = [
  {
    password: "correct horse: battery",
    hash: "$2b$05$abcdefghijklmnopqrstuuo.EtZwHYN4TBb5Jt4JZsHk5MDJevH0W",
  },
  {
    password: "pässwörd",
    hash: "$2y$04$abcdefghijklmnopqrstuuyx2n0Zzopyr9QuYTMCfOJJOj526QVoC",
  },
  { password: "a", hash: "$2a$04$abcdefghijklmnopqrstuuMFdJu9yVgmagVAIC24fOZkaFqd3s9JC" },
];

/** test.c of the reference implementation: "password" and "somesalt", version 1.3. */
export const argon2s: readonly HashedPassword[] = [
  [256, 1, "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe"] as const,
  [256, 2, "6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037"] as const,
].map(([memory, lanes, key]) => ({
  password: "password",
  hash: `$argon2id$v=19$m=${memory},t=2,p=${lanes}$c29tZXNhbHQ$${unpadded(key)}`,
}));

function unpadded(hex: string): string {
  return Buffer.from(hex, "hex").toString("base64").replaceAll("=", "");
}
