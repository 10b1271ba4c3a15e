/** One hook at a time: what costs a promise, what is waited for, what is told of. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Clock } from "../../src/base/clock.ts";
import { Failure } from "../../src/base/failure.ts";
import { Wheel } from "../../src/base/wheel.ts";
import { Exchange } from "../../src/exchange/exchange.ts";
import { HookRunner } from "../../src/exchange/hook-runner.ts";
import { HookTrouble } from "../../src/exchange/hook-trouble.ts";
import type { LocalAnswer } from "../../src/exchange/local-answer.ts";
import type { Plan } from "../../src/exchange/plan.ts";
import { bareRequest } from "../../src/http/head.ts";
import type { ClientLeg } from "../../src/http/leg.ts";
import { HookTurn } from "../../src/rewriting/hook-turn.ts";
import { requestTo } from "../../src/rewriting/hook-views.ts";
import type { RequestTo } from "../../src/rewriting/hooks.ts";

interface Stage {
  readonly run: (hook: (to: RequestTo) => unknown) => ReturnType<HookRunner["run"]>;
  readonly x: Exchange;
  readonly wheel: Wheel;
  readonly told: readonly string[];
}

function stage(): Stage {
  const clock = new Clock(0, 0);
  const wheel = new Wheel(0);
  const told: string[] = [];
  const trouble = new HookTrouble(clock, (what, error) => told.push(`${what}: ${String(error)}`));
  const runner = new HookRunner(wheel, clock, trouble);
  const head = bareRequest({ method: "GET", target: "/", host: "a" });
  const peer = { address: "", isTrusted: false };
  // Nobody asks for a plan, and nothing is sent.
  const x = new Exchange(head, {} as ClientLeg, peer, { plan: {} as Plan, nowMs: 0 });
  const run: Stage["run"] = (hook) => {
    const turn = new HookTurn();
    const call = (): unknown => hook(requestTo(head, turn));
    return runner.run(x, { kind: "request", folder: import.meta.dirname, turn, call });
  };
  return { run, x, wheel, told };
}

const textOf = (answer: LocalAnswer | undefined): string | undefined => answer?.body.toString();

void test("hook runner: one that returns at once costs no promise", () => {
  const { run, wheel } = stage();
  assert.equal(
    run(() => {}),
    undefined,
  );
  assert.equal(
    run(() => "means nothing"),
    undefined,
  );
  const answer = run((to) => to.respond({ body: "own" }));
  assert.ok(!(answer instanceof Promise));
  assert.equal(textOf(answer), "own");
  assert.equal(wheel.size, 0);
});

void test("hook runner: whatever has a `then` is waited for", async () => {
  const { run, wheel } = stage();
  const thenable = (to: RequestTo): PromiseLike<void> => ({
    // oxlint-disable-next-line unicorn/no-thenable -- such as other libraries' promises
    then: (resolve) => {
      to.respond({ body: "later" });
      return Promise.resolve().then(resolve);
    },
  });
  assert.equal(textOf(await run(thenable)), "later");
  assert.equal(wheel.size, 0);
});

void test("hook runner: what is thrown is told, and becomes a failure with its cause", async () => {
  const cause = new Error("why");
  const isCaused = (error: unknown): boolean =>
    error instanceof Failure && error.code === "hook-failed" && error.cause === cause;
  const { run, wheel, told } = stage();
  let later: RequestTo | undefined;
  const fails = (to?: RequestTo): never => {
    later = to;
    throw cause;
  };
  assert.throws(() => run(fails), isCaused);
  await assert.rejects(async () => run(async () => fails()), isCaused);
  later?.respond({});
  assert.deepEqual(told, ["the request hook of  has failed: Error: why"]);
  assert.equal(wheel.size, 0);
});

void test("hook runner: an abort ends the wait with its own failure", async () => {
  const { run, x, wheel, told } = stage();
  const running = run(() => new Promise(() => {}));
  assert.equal(wheel.size, 1);
  const gone = new Failure("client-gone", "it left");
  x.abort(gone);
  await assert.rejects(async () => running, gone);
  assert.equal(wheel.size, 0);
  assert.deepEqual(told, []);
});

void test("hook runner: time is over, and what comes late is heard by nobody", async () => {
  const { run, wheel, told } = stage();
  const late = Promise.withResolvers<void>();
  const running = run(async (to) => {
    await late.promise;
    to.respond({ body: "late" });
    throw new Error("late, too");
  });
  wheel.advance(4_900);
  assert.equal(wheel.size, 1);
  wheel.advance(5_100);
  await assert.rejects(
    async () => running,
    (error) => error instanceof Failure && error.code === "hook-timeout",
  );
  late.resolve();
  await new Promise(setImmediate);
  assert.equal(told.length, 1);
  assert.match(told[0] ?? "", /not done within 5000 ms/);
});

void test("hook runner: a hook that forgets to wait for itself is told of", async () => {
  const { run, told } = stage();
  let later: Promise<void> | undefined;
  void run((to) => {
    later = Promise.resolve().then(() => to.fields.set("x-a", "1"));
  });
  await later;
  assert.equal(told.length, 1);
  assert.match(told[0] ?? "", /after its end, which has no effect/);
});

void test("hook runner: the file of an answer is read anew, and by its own type", async () => {
  const { run } = stage();
  const answer = await run((to) => to.file("hook-runner.test.ts", 503, { "x-a": "1" }));
  assert.match(textOf(answer) ?? "", /^\/\*\* One hook at a time/);
  assert.equal(answer?.head.contentLength, answer?.body.length);
  const lines: string[] = [];
  answer?.head.fields.each((name, value) => lines.push(`${name}=${value}`));
  assert.deepEqual(lines, ["x-a=1", "Content-Type=application/octet-stream"]);
});
