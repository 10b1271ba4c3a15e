/**
 * Tells the operator which upstreams cannot be connected to, and when that is over: each change
 * once, whatever number of requests saw it, and of one upstream at most one change in ten seconds.
 *
 *   dial failed ─▶ unreachable ─▶ told      dial failed, dialled, failed, … ─▶ told ten seconds
 *   dialled     ─▶ reachable   ─▶ told                                         later, if still so
 */

import type { Clock } from "../base/clock.ts";
import { Failure } from "../base/failure.ts";
import type { TellEvent } from "../observe/events.ts";

/** Between two changes of one upstream that are told of. */
const pauseMs = 10_000;

export class UpstreamNews {
  readonly #tell: TellEvent;
  readonly #clock: Pick<Clock, "nowMs">;
  /** Whose last change has not been told. */
  readonly #late = new Set<UpstreamState>();

  constructor(tell: TellEvent, clock: Pick<Clock, "nowMs">) {
    this.#tell = tell;
    this.#clock = clock;
  }

  stateOf(upstream: string): UpstreamState {
    return new UpstreamState(upstream, (state) => this.#changed(state));
  }

  /** With every tick: tells what had to wait. */
  look(): void {
    if (this.#late.size === 0) return;
    for (const state of this.#late) this.#changed(state);
  }

  #changed(state: UpstreamState): void {
    const { nowMs } = this.#clock;
    const mustWait = state.isNews && nowMs - state.toldMs < pauseMs;
    if (mustWait) this.#late.add(state);
    else this.#late.delete(state);
    if (mustWait || !state.isNews) return;
    this.#tell(state.asEvent());
    state.told(nowMs);
  }
}

/** What is known of one upstream, as far as its dials show. */
export class UpstreamState {
  toldMs = -Infinity;
  readonly #upstream: string;
  readonly #onChange: (state: UpstreamState) => void;
  /** undefined: it is reachable. */
  #failure: Failure | undefined;
  #isToldDown = false;

  constructor(upstream: string, onChange: (state: UpstreamState) => void) {
    this.#upstream = upstream;
    this.#onChange = onChange;
  }

  /** What was told last is not so any more. */
  get isNews(): boolean {
    return (this.#failure !== undefined) !== this.#isToldDown;
  }

  /** undefined: it was dialled. What is not the upstream's fault says nothing of it. */
  dialled(error: unknown): void {
    const failure = error instanceof Failure && error.row.blame === "upstream" ? error : undefined;
    if (error !== undefined && failure === undefined) return;
    const isChange = (failure === undefined) !== (this.#failure === undefined);
    this.#failure = failure;
    if (isChange) this.#onChange(this);
  }

  told(nowMs: number): void {
    this.toldMs = nowMs;
    this.#isToldDown = this.#failure !== undefined;
  }

  asEvent(): Parameters<TellEvent>[0] {
    const upstream = this.#upstream;
    const failure = this.#failure;
    if (failure === undefined) {
      return { level: "info", message: `upstream ${upstream} answers again`, fields: { upstream } };
    }
    // A failure says what was being done, and behind it what was seen.
    const reason = failure.message.replace(/^.*?: /, "");
    const message = `upstream ${upstream} is unreachable: ${reason}`;
    return { level: "warn", message, fields: { upstream, code: failure.code } };
  }
}
