/** A few passwords at a time, a line of bounded length, and good pairs remembered for a minute. */

import assert from "node:assert/strict";
import { test } from "node:test";

import type { BasicOptions, PasswordHash } from "../../src/access/options.ts";
import { PasswordChecks, type Login } from "../../src/access/password-checks.ts";
import { Failure } from "../../src/base/failure.ts";
import { turns } from "../support/within.ts";

const hashOf = (text: string): PasswordHash => ({ algorithm: "bcrypt", text });

function basicOf(users: Readonly<Record<string, string>>): BasicOptions {
  const byName = new Map(Object.entries(users).map(([name, text]) => [name, hashOf(text)]));
  return { users: byName, hashes: [...byName.values()], challenge: "", forward: true };
}

const basic = basicOf({ alice: "a", bob: "b" });

/** A password is right if it is the hash's text; it takes until `finish`. */
class Stage {
  nowMs = 0;
  readonly compared: string[] = [];
  readonly #ends: (() => void)[] = [];
  readonly checks = new PasswordChecks({
    verify: async (hash, password) => {
      this.compared.push(`${hash.text}=${password}`);
      await new Promise<void>((resolve) => this.#ends.push(resolve));
      if (password === "bug") throw new Error("a bug");
      return hash.text === password;
    },
    nowMs: () => this.nowMs,
    secret: Buffer.alloc(32, 7),
  });

  login(user: string, password: string, of: BasicOptions = basic): Login {
    return this.checks.login(of, { user, password });
  }

  ask(user: string, password: string, isWanted = true): Promise<boolean> {
    return this.checks.check(this.login(user, password), () => isWanted);
  }

  /** Lets all comparisons end, and those that follow. */
  async finish(): Promise<void> {
    for (let end = this.#ends.shift(); end !== undefined; end = this.#ends.shift()) {
      end();
      await turns(1);
    }
  }
}

interface Case {
  readonly user: string;
  readonly password: string;
  readonly want: boolean;
}

for (const { user, password, want } of [
  { user: "alice", password: "a", want: true },
  { user: "alice", password: "b", want: false },
  { user: "alice", password: "", want: false },
  { user: "mallory", password: "a", want: false },
  { user: "mallory", password: "b", want: false },
] satisfies Case[]) {
  void test(`password checks: ${user} with "${password}": ${want}`, async () => {
    const stage = new Stage();
    const asked = stage.ask(user, password);
    await stage.finish();
    assert.equal(await asked, want);
    assert.equal(stage.compared.length, 1, "whoever it is, one comparison");
    assert.equal(stage.checks.remembers(stage.login(user, password)), want);
  });
}

void test("password checks: an unknown name is compared with always the same hash", () => {
  const stage = new Stage();
  const seen = (name: string): string => stage.login(name, "x").hash.text;
  const names = Array.from({ length: 40 }, (_, at) => `name-${at}`);
  for (const name of names) assert.equal(seen(name), seen(name));
  assert.deepEqual([...new Set(names.map(seen))].sort(), ["a", "b"]);
});

void test("password checks: a good pair is remembered for a minute", async () => {
  const stage = new Stage();
  const asked = stage.ask("alice", "a");
  await stage.finish();
  assert.ok(await asked);
  const login = stage.login("alice", "a");
  for (const [nowMs, want] of [
    [59_999, true],
    [60_000, false],
  ] as const) {
    stage.nowMs = nowMs;
    assert.equal(stage.checks.remembers(login), want, `${nowMs}`);
  }
});

void test("password checks: remembered is a name with a password and a hash", async () => {
  const stage = new Stage();
  const asked = stage.ask("alice", "a");
  await stage.finish();
  await asked;
  const changed = basicOf({ alice: "another", bob: "b" });
  const gone = basicOf({ bob: "a" });
  assert.ok(stage.checks.remembers(stage.login("alice", "a")));
  assert.ok(!stage.checks.remembers(stage.login("alice", "a", changed)));
  assert.ok(!stage.checks.remembers(stage.login("alice", "a ")));
  assert.ok(!stage.checks.remembers(stage.login("bob", "a")));
  // It would be let in by the memory if a name that is not there had one.
  const stranger = stage.login("alice", "a", gone);
  assert.equal(stranger.isKnown, false);
  const asksAgain = stage.checks.check(stranger, () => true);
  await stage.finish();
  assert.equal(await asksAgain, false);
});

void test("password checks: two run at a time, and those who wait remember", async () => {
  const stage = new Stage();
  const asked = Array.from({ length: 20 }, () => stage.ask("alice", "a"));
  assert.equal(stage.compared.length, 2);
  await stage.finish();
  assert.deepEqual(new Set(await Promise.all(asked)), new Set([true]));
  assert.equal(stage.compared.length, 2, "the others remember");
});

void test("password checks: who comes when 64 wait is told to come again", async () => {
  const stage = new Stage();
  const asked = Array.from({ length: 66 }, (_, at) => stage.ask("alice", `wrong ${at}`));
  assert.throws(
    () => stage.ask("alice", "one more"),
    (error) => error instanceof Failure && error.code === "overloaded",
  );
  await stage.finish();
  assert.deepEqual(new Set(await Promise.all(asked)), new Set([false]));
  const after = stage.ask("alice", "a");
  await stage.finish();
  assert.equal(await after, true);
});

void test("password checks: who has left gives way, and costs nothing", async () => {
  const stage = new Stage();
  const running = [stage.ask("bob", "1"), stage.ask("bob", "2")];
  const left = Array.from({ length: 64 }, (_, at) => stage.ask("alice", `left ${at}`, false));
  const stays = stage.ask("alice", "a");
  await stage.finish();
  assert.equal(await stays, true);
  await Promise.all([...running, ...left]);
  assert.deepEqual(stage.compared, ["b=1", "b=2", "a=a"]);
});

void test("password checks: one that fails does not keep the next from its turn", async () => {
  const stage = new Stage();
  const failed = [stage.ask("alice", "bug"), stage.ask("alice", "bug")];
  const next = stage.ask("alice", "a");
  const outcomes = Promise.allSettled(failed);
  await stage.finish();
  assert.equal(await next, true);
  assert.deepEqual(
    (await outcomes).map(({ status }) => status),
    ["rejected", "rejected"],
  );
});

void test("password checks: at most 4,096 pairs are remembered, the last ones", async () => {
  const stage = new Stage();
  const users = Object.fromEntries(Array.from({ length: 4_100 }, (_, at) => [`u${at}`, `p${at}`]));
  const many = basicOf(users);
  const isRemembered = (at: number): boolean =>
    stage.checks.remembers(stage.login(`u${at}`, `p${at}`, many));
  for (let at = 0; at < 4_100; at++) {
    const asked = stage.checks.check(stage.login(`u${at}`, `p${at}`, many), () => true);
    await stage.finish();
    await asked;
  }
  assert.deepEqual([0, 3, 4, 4_099].map(isRemembered), [false, false, true, true]);
});
