/** All doors of a worker: those that listen, and the one for guests. */

import type { ListenOptions } from "../exchange/listen-options.ts";
import { Door, type DoorServices } from "./door.ts";
import { GuestDoor } from "./guest-door.ts";

export interface OpenListener {
  readonly label: string;
  readonly address: string;
  readonly port: number;
}

interface OpenDoor {
  readonly key: string;
  readonly door: Door;
  readonly listener: OpenListener;
}

/** Two that have the same are the same listener. */
const keyOf = ({ host, port, socketPath }: ListenOptions): string =>
  JSON.stringify([host, port, socketPath]);

export class Doors {
  readonly guests: GuestDoor;
  readonly #services: DoorServices;
  #open: OpenDoor[] = [];
  /** Those that are no longer listened at, with connections that were made there. */
  readonly #closing = new Set<Promise<void>>();
  #isDraining = false;

  constructor(services: DoorServices) {
    this.#services = services;
    this.guests = new GuestDoor(services);
  }

  /** Where it listens. */
  get listeners(): readonly OpenListener[] {
    return this.#open.map(({ listener }) => listener);
  }

  /**
   * Opens what is wanted and not there yet. Rejects if one cannot be had, with the system's error
   * and its `label`; then none of them is open, and those from before are.
   */
  async listen(wanted: readonly ListenOptions[]): Promise<void> {
    const isOpen = new Set(this.#open.map(({ key }) => key));
    const missing = wanted.filter((options) => !isOpen.has(keyOf(options)));
    const opening = missing.map((options) => ({ options, door: new Door(this.#services) }));
    const opened = await Promise.allSettled(
      opening.map(async ({ options, door }): Promise<OpenDoor> => {
        const { address, port } = await door.listen(options);
        const listener = { label: options.label, address, port };
        return { key: keyOf(options), door, listener };
      }),
    );
    const failed = opened.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined || this.#isDraining) {
      await Promise.all(opening.map(({ door }) => door.drain(0)));
      throw failed?.reason ?? new Error("Cannot listen: the program stops");
    }
    for (const outcome of opened) {
      if (outcome.status === "fulfilled") this.#open.push(outcome.value);
    }
  }

  /**
   * Closes what is not wanted any more; exchanges there have `graceMs` to end. What stays takes the
   * next connection as it is wanted now.
   */
  keep(wanted: readonly ListenOptions[], graceMs: number): void {
    const byKey = new Map(wanted.map((options) => [keyOf(options), options]));
    const unwanted = this.#open.filter(({ key }) => !byKey.has(key));
    this.#open = this.#open.filter(({ key }) => byKey.has(key));
    for (const { key, door } of this.#open) {
      door.wantsAnnouncement = byKey.get(key)?.proxyProtocol === true;
    }
    for (const { door } of unwanted) {
      const closed = door.drain(graceMs).finally(() => this.#closing.delete(closed));
      this.#closing.add(closed);
    }
  }

  /** Stops accepting and lets exchanges end; see `Door.drain`. */
  async drain(graceMs: number): Promise<void> {
    this.#isDraining = true;
    const doors = [...this.#open.map(({ door }) => door), this.guests];
    await Promise.all([...doors.map((door) => door.drain(graceMs)), ...this.#closing]);
  }
}
