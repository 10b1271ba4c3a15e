/**
 * Connections that main accepts and hands to workers, one after the other: of sockets that the
 * program was started with, and wherever threads cannot listen at one port together. A file
 * descriptor that several threads had would be gone for all of them when one of them ends.
 */

import { createServer, type AddressInfo, type Server, type Socket } from "node:net";

import type { ListenOptions } from "../exchange/listen-options.ts";
import { listenerKey, type OpenListener } from "../net/open-listener.ts";
import { listenOn } from "../transport/listen-on.ts";
import { backlog } from "../transport/net-transport.ts";
import { notPassedError, passedSocket } from "../transport/passed-socket.ts";

/** Who takes connections. False: not any more. */
export interface Taker {
  take(key: string, socket: Socket): boolean;
}

/** While nobody takes any, so many are kept: what comes beyond them is closed. */
const waitingMax = 1_024;

interface Desk {
  readonly listener: OpenListener;
  readonly server: Server;
}

interface Waiting {
  readonly key: string;
  readonly socket: Socket;
}

export class Reception {
  readonly #takers: () => readonly Taker[];
  readonly #onTrouble: (error: Error) => void;
  /** By `listenerKey`. */
  readonly #desks = new Map<string, Desk>();
  #waiting: Waiting[] = [];
  #turn = 0;

  constructor(takers: () => readonly Taker[], onTrouble: (error: Error) => void) {
    this.#takers = takers;
    this.#onTrouble = onTrouble;
  }

  get listeners(): readonly OpenListener[] {
    return Array.from(this.#desks.values(), ({ listener }) => listener);
  }

  /** Throws with the `label` of a socket that the program was not started with. */
  check(wanted: readonly ListenOptions[]): void {
    for (const { passed, label } of this.#missing(wanted)) {
      if (passed !== undefined) labelled(label, () => passedSocket(passed));
    }
  }

  /**
   * Begins to accept where it does not yet. Rejects with the system's error and the `label`; then
   * it accepts where it did before.
   */
  async open(wanted: readonly ListenOptions[]): Promise<void> {
    const opened: string[] = [];
    try {
      for (const options of this.#missing(wanted)) {
        const key = listenerKey(options);
        this.#desks.set(key, await this.#openDesk(key, options));
        opened.push(key);
      }
    } catch (error) {
      for (const key of opened) this.#close(key);
      throw error;
    }
  }

  /** Stops accepting where it is not wanted any more. */
  keep(wanted: readonly ListenOptions[]): void {
    const keys = new Set(wanted.map(listenerKey));
    for (const key of this.#desks.keys()) if (!keys.has(key)) this.#close(key);
  }

  /** Somebody takes connections again. */
  handOut(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { key, socket } of waiting) this.#hand(key, socket);
  }

  close(): void {
    this.keep([]);
    for (const { socket } of this.#waiting) socket.destroy();
    this.#waiting = [];
  }

  #missing(wanted: readonly ListenOptions[]): readonly ListenOptions[] {
    return wanted.filter((options) => !this.#desks.has(listenerKey(options)));
  }

  async #openDesk(key: string, { label, host, port, passed }: ListenOptions): Promise<Desk> {
    // What is paused has not been read from: only that can be handed on.
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    server.on("connection", (socket) => this.#hand(key, socket));
    const where =
      passed === undefined ? { port, host, backlog } : { fd: passedSocket(passed), backlog };
    try {
      await listenOn(server, where, this.#onTrouble);
      const bound = server.address() as AddressInfo | string;
      if (typeof bound !== "string") return { server, listener: { label, ...bound } };
      server.close();
      throw notPassedError(`it is the Unix socket ${bound}, which cannot be handed to workers`);
    } catch (error) {
      throw Object.assign(error as Error, { label });
    }
  }

  #hand(key: string, socket: Socket): void {
    const takers = this.#takers();
    for (let tried = 0; tried < takers.length; tried++) {
      this.#turn = (this.#turn + 1) % takers.length;
      if (takers[this.#turn]!.take(key, socket)) return;
    }
    if (this.#waiting.length < waitingMax) this.#waiting.push({ key, socket });
    else socket.destroy();
  }

  #close(key: string): void {
    this.#desks.get(key)?.server.close();
    this.#desks.delete(key);
    const isOf = (one: Waiting): boolean => one.key === key;
    for (const { socket } of this.#waiting.filter(isOf)) socket.destroy();
    this.#waiting = this.#waiting.filter((one) => !isOf(one));
  }
}

function labelled(label: string, act: () => unknown): void {
  try {
    act();
  } catch (error) {
    throw Object.assign(error as Error, { label });
  }
}
