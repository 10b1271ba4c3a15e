/** All doors of a worker: those that listen, and the one for guests. */

import type { Socket } from "node:net";

import type { ListenOptions } from "../exchange/listen-options.ts";
import { Door, type DoorServices } from "./door.ts";
import { GuestDoor } from "./guest-door.ts";
import { listenerKey, type OpenListener, type Others, type Ports } from "./open-listener.ts";

export interface OpenDoor {
  readonly key: string;
  readonly door: Door;
  readonly listener: OpenListener;
  /** Somebody else listens there. */
  readonly isHanded: boolean;
}

const noOthers: Others = { ports: new Map(), handed: new Set() };

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

  /** By `listenerKey`, without those where others accept. */
  get ports(): Ports {
    const own = this.#open.filter(({ isHanded }) => !isHanded);
    return new Map(own.map(({ key, listener: { port } }) => [key, port]));
  }

  /**
   * Opens what is wanted and not there yet. Rejects if one cannot be had, with the system's error
   * and its `label`; then none of them is open, and those from before are.
   */
  async listen(
    wanted: readonly ListenOptions[],
    { ports, handed }: Others = noOthers,
  ): Promise<readonly OpenDoor[]> {
    const isOpen = new Set(this.#open.map(({ key }) => key));
    const missing = wanted.filter((options) => !isOpen.has(listenerKey(options)));
    const opening = missing.map((options) => ({ options, door: new Door(this.#services) }));
    const opened = await Promise.allSettled(
      opening.map(async ({ options, door }): Promise<OpenDoor> => {
        const key = listenerKey(options);
        const { label } = options;
        if (handed.has(key)) {
          door.wantsAnnouncement = options.proxyProtocol === true;
          return { key, door, listener: { label, address: "", port: 0 }, isHanded: true };
        }
        const { address, port } = await door.listen({
          ...options,
          port: ports.get(key) ?? options.port,
          // The same program listens there already.
          takesOver: ports.has(key),
        });
        return { key, door, listener: { label, address, port }, isHanded: false };
      }),
    );
    const failed = opened.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined || this.#isDraining) {
      await Promise.all(opening.map(({ door }) => door.drain(0)));
      throw failed?.reason ?? new Error("Cannot listen: the program stops");
    }
    const doors = opened.flatMap((outcome) =>
      outcome.status === "fulfilled" ? outcome.value : [],
    );
    this.#open.push(...doors);
    return doors;
  }

  /** A connection that was accepted for the listener with this key. */
  take(key: string, socket: Socket): void {
    const open = this.#open.find((one) => one.key === key);
    if (open === undefined) socket.destroy();
    else this.#services.transport.adopt(socket, open.door);
  }

  /** Those that were opened for nothing. */
  async close(opened: readonly OpenDoor[]): Promise<void> {
    this.#open = this.#open.filter((one) => !opened.includes(one));
    await Promise.all(opened.map(({ door }) => door.drain(0)));
  }

  /**
   * Closes what is not wanted any more; exchanges there have `graceMs` to end. What stays takes the
   * next connection as it is wanted now.
   */
  keep(wanted: readonly ListenOptions[], graceMs: number): void {
    const byKey = new Map(wanted.map((options) => [listenerKey(options), options]));
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
