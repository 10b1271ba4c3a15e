/**
 * A pool: upstreams that serve the same, and the idle connections to each.
 *
 * The connection that was used last is taken first, so that those over the need grow old and close.
 * A request that may not be repeated gets a connection that was used a moment ago or a new one: an
 * older one may be half closed by a FIN that is still on its way (threat 67).
 *
 * Where upstreams are told who the client is (PROXY protocol), a connection is one client's: it is
 * used again only for what would begin with the same header, byte for byte.
 */

import type { Channel } from "../transport/channel.ts";
import { Dialler } from "./dialler.ts";
import type { PoolOptions, UpstreamAddress } from "./options.ts";
import type { Services } from "./services.ts";
import { UpstreamConnection, type ConnectionOwner } from "./upstream-connection.ts";

/** Closed before the upstream does it, in ms: what it says of itself, less this (interface.md). */
const keepAliveMarginMs = 1_000;

export class Pool {
  readonly options: PoolOptions;
  readonly members: readonly Member[];
  #turn = 0;

  /** `known` may have a member of an earlier pool that is called the same and has its options. */
  constructor(
    options: PoolOptions,
    services: Services,
    known: (address: UpstreamAddress) => Member | undefined = () => undefined,
  ) {
    this.options = options;
    this.members = options.upstreams.map(
      (address) => known(address) ?? new Member(address, options, services),
    );
  }

  /** Counts up by one for each exchange, for whoever picks a member. */
  nextTurn(): number {
    this.#turn = (this.#turn + 1) % this.members.length;
    return this.#turn;
  }
}

export class Member implements ConnectionOwner {
  readonly address: UpstreamAddress;
  /** How it may name itself in an absolute URL, in lower case. */
  readonly authorities: readonly string[];
  readonly #options: PoolOptions;
  readonly #services: Services;
  readonly #dialler: Dialler;
  readonly #idle: UpstreamConnection[] = [];
  #isStopped = false;
  /** Open connections, idle ones included. */
  connectionCount = 0;
  /** Its place in the counts by upstream, for whoever counts. */
  row = 0;

  constructor(address: UpstreamAddress, options: PoolOptions, services: Services) {
    this.address = address;
    this.authorities = authoritiesOf(address);
    this.#options = options;
    this.#services = services;
    this.#dialler = new Dialler(address, services);
  }

  get idleCount(): number {
    return this.#idle.length;
  }

  /**
   * An idle connection that began with this announcement ("": none), or undefined. `isRepeatable`:
   * the request may be sent twice.
   */
  takeIdle(isRepeatable: boolean, announcement: string): UpstreamConnection | undefined {
    // One whose end was just read is among them until the channel tells that it is closed.
    while (this.#idle.at(-1)?.isClosed === true) this.#idle.pop();
    const at = announcement === "" ? this.#idle.length - 1 : this.#lastOf(announcement);
    const connection = this.#idle[at];
    if (connection === undefined) return undefined;
    const idleMs = this.#services.clock.nowMs - connection.idleSinceMs;
    if (!isRepeatable && idleMs > this.#options.keepAlive.freshMs) return undefined;
    if (at === this.#idle.length - 1) this.#idle.pop();
    else this.#idle.splice(at, 1);
    this.#services.counters.upstreamReuses += 1;
    return connection;
  }

  /** -1: there is none. */
  #lastOf(announcement: string): number {
    return this.#idle.findLastIndex(
      (connection) => connection.announcement === announcement && !connection.isClosed,
    );
  }

  /** Rejects with a `Failure`. The connection begins with the announcement, if there is one. */
  async dial(connectMs: number, announcement: string): Promise<UpstreamConnection> {
    const channel: Channel = await this.#dialler.dial(connectMs);
    this.connectionCount += 1;
    const connection = new UpstreamConnection(this.address.label, channel, this, this.#services);
    if (announcement !== "") connection.announce(announcement);
    return connection;
  }

  onReusable(connection: UpstreamConnection): void {
    const { idleMax, idleMs, ageMs } = this.#options.keepAlive;
    const allowedMs = Math.min(idleMs, connection.keepAliveMs - keepAliveMarginMs);
    const isOld = this.#services.clock.nowMs - connection.bornMs > ageMs;
    const isFull = this.#isStopped || this.#idle.length >= idleMax;
    const mayReplace = connection.announcement !== "" && !this.#isStopped && idleMax > 0;
    if (connection.isClosed || (isFull && !mayReplace) || isOld || allowedMs <= 0) {
      connection.close();
      return;
    }
    // The client of the one that waits longest is the likeliest to have left.
    if (isFull) this.#idle.shift()?.close();
    connection.park(allowedMs);
    this.#idle.push(connection);
  }

  onConnectionClosed(connection: UpstreamConnection): void {
    this.connectionCount -= 1;
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
  }

  /** Gives up what is being dialled, closes what is idle, and keeps nothing that comes back. */
  stop(): void {
    this.#isStopped = true;
    this.#dialler.stop();
    for (const connection of this.#idle.splice(0)) connection.close();
  }
}

/** How an upstream may name itself in an absolute URL, in lower case. */
export function authoritiesOf({ host, port, socketPath }: UpstreamAddress): readonly string[] {
  if (socketPath !== undefined) return [];
  const name = host.includes(":") ? `[${host}]` : host.toLowerCase();
  return port === 80 ? [name, `${name}:80`] : [`${name}:${port}`];
}
