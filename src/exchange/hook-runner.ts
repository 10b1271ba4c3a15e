/**
 * Runs hooks: one that returns at once costs no promise, one that does not is waited for, bounded
 * in time and bound to the exchange's abort like every other wait.
 *
 *   call ──▶ returned at once ──▶ turn over ──▶ its answer, if it gave one ──▶ (its file is read)
 *        └─▶ a promise ──▶ settled | 5 s are over | the exchange is aborted
 *
 * What a hook does once its turn is over has no effect. A loop without end in a hook cannot be
 * stopped: it runs on the thread that moves the bytes.
 */

import { resolve } from "node:path";

import type { Clock } from "../base/clock.ts";
import { Failure } from "../base/failure.ts";
import { unwatched, type Timed, type Wheel } from "../base/wheel.ts";
import { id } from "../http/field-names.ts";
import { answerBytesMax } from "../rewriting/hook-answer.ts";
import type { HookTurn, ReadAnswer } from "../rewriting/hook-turn.ts";
import { contentTypeOf } from "./content-type.ts";
import type { Exchange } from "./exchange.ts";
import type { HookTrouble } from "./hook-trouble.ts";
import type { LocalAnswer } from "./local-answer.ts";
import { readAnswerFile } from "./read-answer-file.ts";
import { wholeAnswer } from "./respond.ts";

/** From the call of a hook until it and the file that it names are done with. */
const hookMs = 5_000;

/** One hook of one exchange. */
export interface HookTask {
  readonly kind: "request" | "response";
  /** What relative paths of files start from. */
  readonly folder: string;
  readonly turn: HookTurn;
  readonly call: () => unknown;
}

type MaybeAnswer = LocalAnswer | undefined;

export class HookRunner {
  readonly #wheel: Wheel;
  readonly #clock: Clock;
  readonly #trouble: HookTrouble;

  constructor(wheel: Wheel, clock: Clock, trouble: HookTrouble) {
    this.#wheel = wheel;
    this.#clock = clock;
    this.#trouble = trouble;
  }

  /** What the hook wants answered, if anything. Throws, or rejects with, a `Failure`. */
  run(x: Exchange, task: HookTask): MaybeAnswer | Promise<MaybeAnswer> {
    let returned: unknown;
    try {
      returned = task.call();
      if (isPromise(returned)) return this.#wait(x, task, returned);
    } catch (error) {
      giveUp(task);
      throw this.#failed(x, task, error);
    }
    this.#endTurn(x, task);
    const { answer } = task.turn;
    if (answer === undefined) return undefined;
    if (answer.file !== undefined) return this.#wait(x, task, undefined);
    return wholeAnswer(x, answer.status, answer.fields, answer.body);
  }

  async #wait(
    x: Exchange,
    task: HookTask,
    returned: PromiseLike<unknown> | undefined,
  ): Promise<MaybeAnswer> {
    const limit = new TimeLimit(this.#clock.nowMs + hookMs);
    this.#wheel.watch(limit);
    const done = this.#finish(x, task, returned);
    try {
      // Whichever comes later is heard by the race, and by nobody else.
      return await x.wait(Promise.race([done, limit.over]), () => undefined);
    } catch (error) {
      giveUp(task);
      if (error === x.aborted) throw error;
      throw this.#failed(x, task, error);
    } finally {
      this.#wheel.forget(limit);
    }
  }

  async #finish(
    x: Exchange,
    task: HookTask,
    returned: PromiseLike<unknown> | undefined,
  ): Promise<MaybeAnswer> {
    await returned;
    this.#endTurn(x, task);
    const { answer } = task.turn;
    if (answer === undefined) return undefined;
    const { file } = answer;
    const body = file === undefined ? answer.body : await readFileOf(file, answer, task.folder);
    return wholeAnswer(x, answer.status, answer.fields, body);
  }

  #endTurn(x: Exchange, task: HookTask): void {
    const error = "it uses `to` after its end, which has no effect";
    task.turn.end(() => this.#trouble.tell(nameOf(x, task), error));
  }

  #failed(x: Exchange, task: HookTask, error: unknown): Failure {
    const what = `${nameOf(x, task)} has failed`;
    this.#trouble.tell(what, error);
    if (error instanceof Failure) return error;
    return new Failure("hook-failed", `Cannot serve: ${what}`, { cause: error });
  }
}

/** That it goes on all the same, if it does, is nothing to be told of. */
function giveUp({ turn }: HookTask): void {
  turn.end(() => undefined);
}

function nameOf(x: Exchange, { kind }: HookTask): string {
  return `the ${kind} hook of ${x.route?.name ?? ""}`;
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  if (typeof value !== "object" || value === null) return false;
  return "then" in value && typeof value.then === "function";
}

async function readFileOf(file: string, { fields }: ReadAnswer, folder: string): Promise<Buffer> {
  const path = resolve(folder, file);
  const bytes = await readAnswerFile(path, answerBytesMax);
  if (!fields.has(id["content-type"])) fields.add("Content-Type", contentTypeOf(path));
  return bytes;
}

class TimeLimit implements Timed {
  readonly deadlineMs: number;
  lookMs = unwatched;
  readonly over: Promise<never>;
  readonly #reject: (failure: Failure) => void;

  constructor(deadlineMs: number) {
    this.deadlineMs = deadlineMs;
    const { promise, reject } = Promise.withResolvers<never>();
    this.over = promise;
    this.#reject = reject;
  }

  onDeadline(): void {
    const message = `Cannot wait for a hook: not done within ${hookMs} ms`;
    this.#reject(new Failure("hook-timeout", message));
  }
}
