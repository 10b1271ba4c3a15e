/** All doors of a worker: those that listen, and the one for guests. */

import type { ListenOptions } from "../exchange/listen-options.ts";
import { Door, type DoorServices } from "./door.ts";
import { GuestDoor } from "./guest-door.ts";

export interface OpenListener {
  readonly label: string;
  readonly address: string;
  readonly port: number;
}

export class Doors {
  readonly guests: GuestDoor;
  /** Where it listens. */
  readonly listeners: OpenListener[] = [];
  readonly #services: DoorServices;
  readonly #doors: Door[] = [];

  constructor(services: DoorServices) {
    this.#services = services;
    this.guests = new GuestDoor(services);
  }

  /**
   * Rejects if one cannot be had, with the system's error and its `label`; then none of them is
   * open.
   */
  async listen(wanted: readonly ListenOptions[]): Promise<void> {
    const opening = wanted.map((options) => ({ options, door: new Door(this.#services) }));
    const opened = await Promise.allSettled(
      opening.map(async ({ options, door }): Promise<OpenListener> => {
        const { address, port } = await door.listen(options);
        return { label: options.label, address, port };
      }),
    );
    const failed = opened.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) {
      await Promise.all(opening.map(({ door }) => door.drain(0)));
      throw failed.reason;
    }
    for (const outcome of opened) {
      if (outcome.status === "fulfilled") this.listeners.push(outcome.value);
    }
    this.#doors.push(...opening.map(({ door }) => door));
  }

  /** Stops accepting and lets exchanges end; see `Door.drain`. */
  async drain(graceMs: number): Promise<void> {
    await Promise.all([...this.#doors, this.guests].map((door) => door.drain(graceMs)));
  }
}
