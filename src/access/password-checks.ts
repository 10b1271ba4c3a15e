/**
 * Passwords are compared here, a few at a time: it is slow on purpose, and a flood of wrong ones
 * must neither take the machine nor pile up.
 *
 *   login ──▶ remembered? ──▶ yes: let in at once
 *             └ no ──▶ wait for a turn (or 503) ──▶ compare ──▶ right: remembered for a minute
 *
 * What is remembered is an HMAC under a key that only this process knows, never a password. The
 * hash is part of it: a user whose password was changed is asked again.
 */

import { createHmac } from "node:crypto";

import { Failure } from "../base/failure.ts";
import type { Credentials } from "./credentials.ts";
import type { BasicOptions, PasswordHash } from "./options.ts";

/** libuv's pool has four threads, and names are looked up and files read there, too. */
const runningMax = 2;
/** At a fifth of a second each, the last of them has waited for seven seconds. */
const waitingMax = 64;
const rememberedMs = 60_000;
/** Good pairs only, so no stranger fills it; some 100 bytes each. */
const rememberedMax = 4096;

/** What somebody says who wants to get in. */
export interface Login {
  readonly password: string;
  readonly hash: PasswordHash;
  /** Without it the hash is somebody else's, and compared for the time that it takes. */
  readonly isKnown: boolean;
  /** What it is remembered by. */
  readonly key: string;
}

export interface PasswordServices {
  readonly verify: (hash: PasswordHash, password: string) => Promise<boolean>;
  readonly nowMs: () => number;
  /** Random, of this process. */
  readonly secret: Buffer;
}

interface Check {
  readonly login: Login;
  readonly isWanted: () => boolean;
  readonly answer: PromiseWithResolvers<boolean>;
}

export class PasswordChecks {
  readonly #services: PasswordServices;
  /** In the order in which they were found to be right. */
  readonly #goodUntilMs = new Map<string, number>();
  #waiting: Check[] = [];
  #runningCount = 0;

  constructor(services: PasswordServices) {
    this.#services = services;
  }

  login({ users, hashes }: BasicOptions, { user, password }: Credentials): Login {
    const known = users.get(user);
    const hash = known ?? this.#decoy(user, hashes);
    // None of the parts can have a NUL in it.
    const key = this.#hmac(`${hash.text}\0${user}\0${password}`).toString("base64");
    return { password, hash, isKnown: known !== undefined, key };
  }

  /** Never a name that is not there, though the hash it was given be one whose user is known. */
  remembers({ key, isKnown }: Login): boolean {
    if (!isKnown) return false;
    const untilMs = this.#goodUntilMs.get(key);
    return untilMs !== undefined && this.#services.nowMs() < untilMs;
  }

  /**
   * True if the password is the user's. Throws a `Failure` if too many wait; whoever is not wanted
   * any more when its turn has come is not compared.
   */
  check(login: Login, isWanted: () => boolean): Promise<boolean> {
    if (this.#waiting.length >= waitingMax) this.#dropUnwanted();
    if (this.#waiting.length >= waitingMax) {
      throw new Failure("overloaded", `Cannot check a password: ${waitingMax} wait for it`);
    }
    const answer = Promise.withResolvers<boolean>();
    this.#waiting.push({ login, isWanted, answer });
    this.#runNext();
    return answer.promise;
  }

  /**
   * For a name that is not there, always the same one of the hashes that are: it takes as long as
   * that user's password would, so that nobody finds out names by the clock.
   */
  #decoy(user: string, hashes: readonly PasswordHash[]): PasswordHash {
    const at = this.#hmac(user).readUInt32LE() % hashes.length;
    // `at` is below the length, which is 1 or more.
    return hashes[at]!;
  }

  #hmac(text: string): Buffer {
    return createHmac("sha256", this.#services.secret).update(text).digest();
  }

  #dropUnwanted(): void {
    for (const check of this.#waiting) if (!check.isWanted()) check.answer.resolve(false);
    this.#waiting = this.#waiting.filter((check) => check.isWanted());
  }

  #runNext(): void {
    while (this.#runningCount < runningMax) {
      const check = this.#waiting.shift();
      if (check === undefined) return;
      // A browser asks for a page's parts all at once: the first of them was compared for all.
      if (this.remembers(check.login)) check.answer.resolve(true);
      else if (!check.isWanted()) check.answer.resolve(false);
      else void this.#run(check);
    }
  }

  async #run({ login, answer }: Check): Promise<void> {
    this.#runningCount += 1;
    try {
      const isRight = await this.#services.verify(login.hash, login.password);
      if (isRight && login.isKnown) this.#remember(login);
      answer.resolve(isRight && login.isKnown);
    } catch (error) {
      answer.reject(error);
    } finally {
      this.#runningCount -= 1;
      this.#runNext();
    }
  }

  #remember({ key }: Login): void {
    this.#goodUntilMs.delete(key);
    this.#goodUntilMs.set(key, this.#services.nowMs() + rememberedMs);
    const [oldest] = this.#goodUntilMs.keys();
    if (this.#goodUntilMs.size > rememberedMax && oldest !== undefined) {
      this.#goodUntilMs.delete(oldest);
    }
  }
}
