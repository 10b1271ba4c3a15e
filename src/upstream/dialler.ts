/**
 * Opens connections to one upstream: resolves its name, tries its addresses one after the other,
 * all within one deadline.
 */

import { Failure } from "../base/failure.ts";
import type { Timed } from "../base/wheel.ts";
import type { Channel, DialTarget } from "../transport/channel.ts";
import type { UpstreamAddress } from "./options.ts";
import { Resolver } from "./resolver.ts";
import type { Services } from "./services.ts";
import type { UpstreamState } from "./upstream-news.ts";

export class Dialler {
  readonly #upstream: UpstreamAddress;
  readonly #services: Services;
  readonly #resolver: Resolver;
  readonly #attempts = new Set<Attempt>();
  #state: UpstreamState | undefined;

  constructor(upstream: UpstreamAddress, services: Services) {
    this.#upstream = upstream;
    this.#services = services;
    this.#resolver = new Resolver(upstream.host, services.clock);
    this.#state = services.news?.stateOf(upstream.label);
  }

  /** Rejects with a `Failure` after `connectMs` at the latest. */
  dial(connectMs: number): Promise<Channel> {
    const attempt = new Attempt(this.#upstream, this.#services, connectMs);
    this.#attempts.add(attempt);
    attempt.onSettled = (error) => {
      this.#attempts.delete(attempt);
      this.#state?.dialled(error);
    };
    const { socketPath } = this.#upstream;
    if (socketPath !== undefined) attempt.begin([{ address: "", port: 0, socketPath }]);
    else void this.#resolve(attempt);
    return attempt.promise;
  }

  /** Nobody waits any more, and the clock that would end an attempt stops too. */
  stop(): void {
    // What is given up now says nothing of the upstream.
    this.#state = undefined;
    for (const attempt of this.#attempts) attempt.giveUp("the server stops");
  }

  async #resolve(attempt: Attempt): Promise<void> {
    try {
      const addresses = await this.#resolver.addresses();
      const { port } = this.#upstream;
      attempt.begin(
        addresses.map((address) => ({ address, port, socketPath: undefined })),
        (target) => this.#resolver.prefer(target.address),
      );
    } catch (error) {
      attempt.fail(error);
    }
  }
}

/** One dial with its deadline, over as many addresses as there are. */
class Attempt implements Timed {
  deadlineMs: number;
  lookMs = Infinity;
  onSettled: (error?: unknown) => void = () => {};
  readonly promise: Promise<Channel>;
  readonly #upstream: UpstreamAddress;
  readonly #services: Services;
  readonly #connectMs: number;
  readonly #resolve: (channel: Channel) => void;
  readonly #reject: (error: unknown) => void;
  #giveUp: (() => void) | undefined;
  #isSettled = false;

  constructor(upstream: UpstreamAddress, services: Services, connectMs: number) {
    this.#upstream = upstream;
    this.#services = services;
    this.#connectMs = connectMs;
    const { promise, resolve, reject } = Promise.withResolvers<Channel>();
    this.promise = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.deadlineMs = services.clock.nowMs + connectMs;
    services.wheel.watch(this);
  }

  begin(targets: readonly DialTarget[], onConnected?: (target: DialTarget) => void): void {
    const [target, ...others] = targets;
    if (target === undefined || this.#isSettled) return;
    this.#services.counters.upstreamDials += 1;
    this.#giveUp = this.#services.transport.dial(target, {
      onDialed: (channel) => {
        onConnected?.(target);
        this.#succeed(channel);
      },
      onDialFailed: (error) => {
        if (others.length > 0) this.begin(others, onConnected);
        else this.fail(this.#refused(error));
      },
    });
  }

  fail(error: unknown): void {
    if (this.#isSettled) return;
    this.#settle(error);
    this.#reject(error);
  }

  onDeadline(): void {
    this.giveUp(`no answer in ${this.#connectMs} ms`);
  }

  giveUp(why: string): void {
    const giveUp = this.#giveUp;
    this.fail(new Failure("connect-timeout", `Cannot connect to ${this.#upstream.label}: ${why}`));
    giveUp?.();
  }

  #succeed(channel: Channel): void {
    if (this.#isSettled) return channel.close();
    this.#settle();
    this.#resolve(channel);
  }

  #settle(error?: unknown): void {
    this.#isSettled = true;
    this.#services.wheel.forget(this);
    this.onSettled(error);
  }

  #refused(error: Error): Failure {
    const message = `Cannot connect to ${this.#upstream.label}: ${error.message}`;
    // No file descriptor is left here: the upstream is not to blame, and the next has none either.
    const isOurs = "code" in error && (error.code === "EMFILE" || error.code === "ENFILE");
    return new Failure(isOurs ? "overloaded" : "connect-refused", message, { cause: error });
  }
}
