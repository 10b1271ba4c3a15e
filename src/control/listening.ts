/**
 * Where a crew listens: at which ports its workers do, so that the next one does at the same, and
 * where main accepts for them (`reception.ts`).
 */

import type { ListenOptions } from "../exchange/listen-options.ts";
import { listenerKey, type OpenListener, type Others, type Ports } from "../net/open-listener.ts";
import { canMoveSockets } from "../transport/net-transport.ts";
import { notPassedError } from "../transport/passed-socket.ts";
import { probeListeners } from "./probe-listeners.ts";
import { Reception, type Taker } from "./reception.ts";
import type { ThreadState } from "./thread-messages.ts";

export interface ListeningOptions {
  /** Workers listen at the same ports together. */
  readonly sharesPorts: boolean;
  /** Those that take connections which main has accepted. */
  readonly takers: () => readonly Taker[];
  readonly onTrouble: (error: Error) => void;
}

export class Listening {
  readonly #sharesPorts: boolean;
  readonly #reception: Reception;
  #ports: Ports = new Map();
  #listeners: readonly OpenListener[] = [];

  constructor({ sharesPorts, takers, onTrouble }: ListeningOptions) {
    this.#sharesPorts = sharesPorts;
    this.#reception = new Reception(takers, onTrouble);
  }

  /** In the order of the config. */
  get listeners(): readonly OpenListener[] {
    return this.#listeners;
  }

  /** Rejects with the `label` of what cannot be listened at. */
  async check(wanted: readonly ListenOptions[]): Promise<void> {
    const handed = this.#handedOf(wanted);
    this.#reception.check(handed);
    await probeListeners(
      wanted.filter((options) => !handed.includes(options)),
      this.#ports,
    );
  }

  /** For a worker that is to listen at all of `wanted`. */
  othersFor(wanted: readonly ListenOptions[]): Others {
    return { ports: this.#ports, handed: new Set(this.#handedOf(wanted).map(listenerKey)) };
  }

  /** What may take any free port has one now. */
  notePorts(ports: Ports): void {
    this.#ports = new Map([...this.#ports, ...ports]);
  }

  /** Main accepts where it is to. Rejects with the error's `label`; nothing has changed then. */
  async open(wanted: readonly ListenOptions[]): Promise<void> {
    await this.#reception.open(this.#handedOf(wanted));
  }

  /** Before workers close what is not wanted any more. */
  keep(wanted: readonly ListenOptions[]): void {
    this.#reception.keep(this.#handedOf(wanted));
  }

  /** After workers have changed: where they say that they listen. */
  learn(wanted: readonly ListenOptions[], states: readonly ThreadState[]): void {
    const all = [...this.#reception.listeners, ...states.flatMap(({ listeners }) => listeners)];
    this.#listeners = wanted.flatMap(
      ({ label }) => all.find((listener) => listener.label === label) ?? [],
    );
    this.#ports = new Map(states.flatMap(({ ports }) => [...ports]));
    this.#reception.handOut();
  }

  close(): void {
    this.#reception.close();
  }

  #handedOf(wanted: readonly ListenOptions[]): readonly ListenOptions[] {
    const passed = wanted.find((options) => options.passed !== undefined);
    if (passed !== undefined && !canMoveSockets) {
      const message = "Bun moves no connections to workers: run Foregate on Node for it";
      throw Object.assign(notPassedError(message), { label: passed.label });
    }
    if (!canMoveSockets) return [];
    return wanted.filter(
      ({ passed, socketPath }) =>
        passed !== undefined || (!this.#sharesPorts && socketPath === undefined),
    );
  }
}
