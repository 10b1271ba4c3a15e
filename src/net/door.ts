/**
 * A door: where clients come in. It listens, takes connections over, and begins their exchanges.
 *
 * Everything that is there before an exchange is the door's: the limit on connections is looked at
 * here, before a byte is read.
 */

import { Failure } from "../base/failure.ts";
import type { BeginQueue } from "../exchange/begin-queue.ts";
import { Exchange, type Peer } from "../exchange/exchange.ts";
import type { ListenOptions } from "../exchange/listen-options.ts";
import type { Plan } from "../exchange/plan.ts";
import type { Rooms } from "../exchange/rooms.ts";
import { serveRefused } from "../exchange/serve.ts";
import { bareRequest, type RequestHead } from "../http/head.ts";
import type { ClientLeg } from "../http/leg.ts";
import type { AcceptReceiver, Channel, ConnectionEnds, Listener } from "../transport/channel.ts";
import type { Services } from "../upstream/services.ts";
import type { Source } from "../wire/proxy-protocol/proxy-header.ts";
import { AnnouncedClient, type AnnouncementHost } from "./announced-client.ts";
import { ClientConnection } from "./client-connection.ts";
import type { ConnectionHost } from "./connection-host.ts";
import type { Http1ClientLeg } from "./client-leg.ts";

/** Stands in the log for a request that could not be read. */
const unread = { method: "", target: "", host: "" };

/** What a door needs of its worker. */
export interface DoorServices extends Services {
  /** Of the plan in force now. */
  readonly rooms: () => Rooms;
  /** One for all doors: it spreads the worker's work over its turns. */
  readonly begins: BeginQueue;
  readonly onAcceptError: (error: Error) => void;
  /** How many connections the machine has room for, all doors together. */
  readonly connectionsMax: number;
  /** Others listen at the same ports, and the kernel spreads connections among all of them. */
  readonly reusesPorts: boolean;
}

export class Door implements AcceptReceiver, ConnectionHost, AnnouncementHost {
  readonly #services: DoorServices;
  readonly #connections = new Set<ClientConnection>();
  /** Those of which it is not known yet who they are. */
  readonly #unannounced = new Set<AnnouncedClient>();
  /** Who connects is a balancer, and says first who its client is (PROXY protocol). */
  wantsAnnouncement = false;
  #listener: Listener | undefined;
  /** Resolves when the last connection of a door that drains is gone. */
  #empty: PromiseWithResolvers<void> | undefined;
  #hasToldFull = false;
  isDraining = false;
  readonly #scheme: "http" | "https";

  /** `scheme` is what clients call by; encryption, if there is any, is somebody else's. */
  constructor(services: DoorServices, scheme: "http" | "https" = "http") {
    this.#services = services;
    this.#scheme = scheme;
  }

  /** The plan in force now; an exchange keeps the one it began with. */
  get plan(): Plan {
    return this.#services.rooms().plan;
  }

  get wheel(): Services["wheel"] {
    return this.#services.wheel;
  }

  get clock(): Services["clock"] {
    return this.#services.clock;
  }

  get counters(): Services["counters"] {
    return this.#services.counters;
  }

  get flushes(): Services["flushes"] {
    return this.#services.flushes;
  }

  get connectionCount(): number {
    return this.#connections.size + this.#unannounced.size;
  }

  /** Rejects with the system's error; its `label` says which of the listeners it was. */
  async listen(options: ListenOptions & { readonly takesOver?: boolean }): Promise<Listener> {
    this.wantsAnnouncement = options.proxyProtocol === true;
    try {
      this.#listener = await this.#services.transport.listen(
        { ...options, reusesPort: this.#services.reusesPorts },
        this,
      );
      return this.#listener;
    } catch (error) {
      throw Object.assign(error instanceof Error ? error : new Error(String(error)), {
        label: options.label,
      });
    }
  }

  onChannel(channel: Channel): void {
    const { counters } = this;
    if (this.isDraining || this.#isFull() || !this.#mayConnect(channel)) {
      counters.connectionsRefused += 1;
      channel.close();
      return;
    }
    counters.connectionsAccepted += 1;
    counters.connectionsActive += 1;
    if (!this.wantsAnnouncement) this.#connections.add(new ClientConnection(channel, this));
    else this.#unannounced.add(new AnnouncedClient(channel, this, this.plan.timeouts.headMs));
  }

  /**
   * Who may say who somebody else is can be anybody: so only trusted peers may come here, and who
   * can open the file of a Unix socket (threat 167).
   */
  #mayConnect({ peerAddress }: Channel): boolean {
    return !this.wantsAnnouncement || peerAddress === "" || this.plan.trust.has(peerAddress);
  }

  onAnnounced(client: AnnouncedClient, source: Source | undefined, rest: Buffer): void {
    this.#unannounced.delete(client);
    const { channel } = client;
    const ends = source === undefined ? channel : endsOf(source);
    const connection = new ClientConnection(channel, this, ends);
    this.#connections.add(connection);
    if (this.isDraining) connection.drain();
    else if (rest.length > 0) connection.onRead(rest, rest.length);
  }

  onUnannounced(client: AnnouncedClient): void {
    this.#unannounced.delete(client);
    this.counters.connectionsActive -= 1;
    this.#tellEmpty();
  }

  #tellEmpty(): void {
    if (this.connectionCount === 0) this.#empty?.resolve();
  }

  /** Tells the operator when the machine's limit is reached, and again only after it had room. */
  #isFull(): boolean {
    const { connectionsMax } = this.plan.limits;
    const machineMax = this.#services.connectionsMax;
    const active = this.counters.connectionsActiveOfAll;
    if (connectionsMax > 0 && active >= connectionsMax) return true;
    if (active < machineMax) {
      if (active < machineMax / 2) this.#hasToldFull = false;
      return false;
    }
    if (!this.#hasToldFull) {
      const reason = `${active} are open, and open files are limited: see "ulimit -n"`;
      this.#services.onAcceptError(new Error(reason));
    }
    this.#hasToldFull = true;
    return true;
  }

  onAcceptError(error: Error): void {
    this.#services.onAcceptError(error);
  }

  onConnectionClosed(connection: ClientConnection): void {
    if (!this.#connections.delete(connection)) return;
    this.counters.connectionsActive -= 1;
    this.#tellEmpty();
  }

  begin(head: RequestHead, leg: Http1ClientLeg, peer: Peer): Exchange {
    head.scheme = this.#scheme;
    const exchange = this.#exchangeOf(head, leg, peer);
    this.#services.begins.add(exchange);
    return exchange;
  }

  refuse(failure: Failure, leg: ClientLeg, peer: Peer): void {
    const rooms = this.#services.rooms();
    serveRefused(this.#exchangeOf(bareRequest(unread), leg, peer), failure, rooms);
  }

  #exchangeOf(head: RequestHead, leg: ClientLeg, peer: Peer): Exchange {
    const { plan, nowMs } = this.#services.rooms();
    return new Exchange(head, leg, peer, { plan, nowMs: nowMs() });
  }

  /**
   * Stops accepting, lets exchanges in flight end, and closes what is idle. Resolves when the last
   * connection is gone, or after `graceMs`, when it cuts those that are left.
   */
  async drain(graceMs: number): Promise<void> {
    this.isDraining = true;
    this.#listener?.close();
    for (const client of this.#unannounced) client.close();
    for (const connection of this.#connections) connection.drain();
    if (this.connectionCount === 0) return;
    this.#empty ??= Promise.withResolvers<void>();
    const timer = setTimeout(() => this.cut(), graceMs);
    await this.#empty.promise;
    clearTimeout(timer);
  }

  /** Ends every connection now. */
  cut(): void {
    const failure = new Failure("draining", "The server stops");
    for (const connection of this.#connections) connection.cut(failure);
  }
}

/** The connection between the client and the balancer. */
function endsOf({ address, port, destination }: Source): ConnectionEnds {
  return {
    peerAddress: address,
    peerPort: port,
    localAddress: destination.address,
    localPort: destination.port,
  };
}
