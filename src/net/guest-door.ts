/**
 * A door without a listener: requests come from a server of the program that we are a guest of.
 *
 *   request  its server has read the head, and reads and writes the bodies     `node-leg.ts`
 *   upgrade  its server lets go of the socket: it becomes a connection of ours
 */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

import { Failure } from "../base/failure.ts";
import { plainIp } from "../base/ip.ts";
import { Exchange, type Peer } from "../exchange/exchange.ts";
import type { Plan } from "../exchange/plan.ts";
import type { RequestHead } from "../http/head.ts";
import type { ConnectionEnds } from "../transport/channel.ts";
import { NetChannel } from "../transport/net-channel.ts";
import { Door, type DoorServices } from "./door.ts";
import { FetchLeg } from "./fetch-leg.ts";
import { NodeClientLeg } from "./node-leg.ts";
import { headTextOf, readHead, type HeadParts } from "../exchange/read-head.ts";

/** Where an upgraded connection came in does not matter: it is a socket in any case. */
const somewhere = { host: undefined, port: 0, socketPath: undefined };

/** A caller in the same program has no address, and what it says of others is not believed. */
const nobody: Peer = { address: "", isTrusted: false };

export class GuestDoor {
  readonly #services: DoorServices;
  readonly #upgrades: { readonly http: Door; readonly https: Door };

  constructor(services: DoorServices) {
    this.#services = services;
    this.#upgrades = { http: new Door(services, "http"), https: new Door(services, "https") };
  }

  get #plan(): Plan {
    return this.#services.rooms().plan;
  }

  /** Answers the request; one that no site and no route fit is `next`'s, if there is one. */
  handle(request: IncomingMessage, response: ServerResponse, next?: () => void): void {
    const plan = this.#plan;
    const peer = this.#peerOf(request);
    let exchange: Exchange | undefined;
    const legOf = (): NodeClientLeg =>
      new NodeClientLeg(request, response, (failure) => this.#lost(failure, exchange));
    const head = this.#read(request);
    if (head instanceof Failure) return this.#upgrades.http.refuse(head, legOf(), peer);
    if (next !== undefined && !isTaken(plan, head)) return next();
    // A protocol is switched on `upgrade` only, and the server has answered an Expect.
    head.upgrade = undefined;
    head.expectsContinue = false;
    const start = { plan, nowMs: this.#services.rooms().nowMs() };
    exchange = new Exchange(head, legOf(), peer, start);
    this.#services.begins.add(exchange);
  }

  /** A client that leaves is nothing to be told of; a server that is wrongly built is. */
  #lost(failure: Failure, exchange: Exchange | undefined): void {
    if (failure.row.blame === "proxy") this.#services.rooms().onBug(failure);
    exchange?.abort(failure);
  }

  /**
   * `head` is what the server has read behind the request already. False: no site and no route fit,
   * and the socket is still its server's.
   */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): boolean {
    const read = this.#read(request);
    if (!(read instanceof Failure) && !isTaken(this.#plan, read)) return false;
    const channel = new NetChannel(somewhere, (error) => this.#services.rooms().onBug(error));
    channel.linkReading(socket);
    this.#upgrades[schemeOf(request)].onChannel(channel);
    const text = Buffer.from(headTextOf(partsOf(request)), "latin1");
    channel.read(text, text.length);
    if (head.length > 0) channel.read(head, head.length);
    socket.resume();
    return true;
  }

  /** A caller in the same program. Rejects if it gives up, or the answer is cut before its head. */
  fetch(request: Request): Promise<Response> {
    if (request.signal.aborted) return Promise.reject(request.signal.reason as Error);
    if (request.bodyUsed) return Promise.reject(new TypeError("Cannot fetch: the body was read"));
    const plan = this.#plan;
    const url = new URL(request.url);
    const scheme = url.protocol === "https:" ? "https" : "http";
    let exchange: Exchange | undefined;
    const leg = new FetchLeg(request, (failure) => exchange?.abort(failure));
    const head = this.#readParts(partsOfFetch(request, url), scheme);
    if (head instanceof Failure) this.#upgrades.http.refuse(head, leg, nobody);
    else {
      head.upgrade = undefined;
      head.expectsContinue = false;
      exchange = new Exchange(head, leg, nobody, { plan, nowMs: this.#services.rooms().nowMs() });
      this.#services.begins.add(exchange);
    }
    return leg.answer;
  }

  #read(request: IncomingMessage): RequestHead | Failure {
    return this.#readParts(partsOf(request), schemeOf(request));
  }

  #readParts(parts: HeadParts, scheme: "http" | "https"): RequestHead | Failure {
    try {
      const head = readHead(headTextOf(parts), this.#plan.limits);
      head.scheme = scheme;
      return head;
    } catch (error) {
      if (error instanceof Failure) return error;
      throw error;
    }
  }

  /** Ends what goes on within `graceMs`, upgraded connections among it. */
  async drain(graceMs: number): Promise<void> {
    const { http, https } = this.#upgrades;
    await Promise.all([http.drain(graceMs), https.drain(graceMs)]);
  }

  #peerOf({ socket }: IncomingMessage): Peer {
    const address = plainIp(socket.remoteAddress ?? "");
    const isTrusted = this.#plan.trust.has(address);
    return { address, isTrusted, ends: new SocketEnds(socket) };
  }
}

/** What no route takes is the host's own, though the site be in maintenance. */
function isTaken({ router }: Plan, head: RequestHead): boolean {
  const route = router.match(head);
  if (route?.action.type === "nothing") return route.access !== undefined;
  return route !== undefined;
}

/** Of a socket that is another server's; not asked before they are wanted. */
class SocketEnds implements ConnectionEnds {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  get peerAddress(): string {
    return plainIp(this.#socket.remoteAddress ?? "");
  }

  get peerPort(): number {
    return this.#socket.remotePort ?? 0;
  }

  get localAddress(): string {
    return plainIp(this.#socket.localAddress ?? "");
  }

  get localPort(): number {
    return this.#socket.localPort ?? 0;
  }
}

function schemeOf({ socket }: IncomingMessage): "http" | "https" {
  return "encrypted" in socket && socket.encrypted === true ? "https" : "http";
}

/** What the client asked for: frameworks take the path of a mount point out of `url`. */
function partsOf(request: IncomingMessage & { readonly originalUrl?: string }): HeadParts {
  const { method = "GET", rawHeaders, httpVersion } = request;
  const fields: [string, string][] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (!name.startsWith(":")) fields.push([name, rawHeaders[at + 1]!]);
    // HTTP/2 says in its own way for whom a request is, and needs no framing fields.
    else if (name === ":authority") fields.unshift(["Host", rawHeaders[at + 1]!]);
  }
  const isHttp2 = request.httpVersionMajor >= 2;
  const hasLength = fields.some(([name]) => name.toLowerCase() === "content-length");
  if (isHttp2 && !hasLength && !request.readableEnded && method !== "GET" && method !== "HEAD") {
    fields.push(["Transfer-Encoding", "chunked"]);
  }
  const target = request.originalUrl ?? request.url ?? "/";
  return { method, target, version: httpVersion === "1.0" ? "1.0" : "1.1", fields };
}

function partsOfFetch(request: Request, url: URL): HeadParts {
  const fields: [string, string][] = [["Host", url.host]];
  for (const [name, value] of request.headers) if (name !== "host") fields.push([name, value]);
  const isFramed = request.headers.has("content-length");
  if (request.body !== null && !isFramed) fields.push(["Transfer-Encoding", "chunked"]);
  return { method: request.method, target: url.pathname + url.search, version: "1.1", fields };
}
