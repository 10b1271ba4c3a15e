/**
 * The listener of the metrics: Node's own HTTP server, since no exchange passes it. As a library it
 * lives on the worker's thread, so what a stranger may cost there is little: few connections, short
 * ones, one request on each.
 */

import type { Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";

import type { ListenOptions } from "../exchange/listen-options.ts";
import { listenOn } from "../transport/listen-on.ts";
import { MetricsAnswers, type Observed } from "./metrics-answers.ts";
import { createServer } from "./node-http.ts";

/** More are closed at once. A scraper needs one, a probe another. */
const connectionsMax = 16;

/** A connection ends after this, whatever is going on. Prometheus gives up after 10 s itself. */
const connectionMs = 10_000;

/** A request head in bytes: a scraper's has a few hundred. */
const headBytesMax = 8 * 1_024;

export interface BoundMetrics {
  readonly label: string;
  readonly address: string;
  /** 0: it has none. */
  readonly port: number;
}

export class MetricsServer {
  readonly #answers: MetricsAnswers;
  readonly #onTrouble: (error: unknown) => void;
  readonly #listeners: readonly ListenOptions[];
  readonly #servers: Server[] = [];

  constructor(
    version: string,
    listeners: readonly ListenOptions[],
    onTrouble: (error: unknown) => void,
  ) {
    const isByName = listeners.some(({ socketPath }) => socketPath === undefined);
    const hosts = listeners.flatMap(({ host }) => host ?? []);
    this.#answers = new MetricsAnswers(version, isByName ? hosts : undefined);
    this.#listeners = listeners;
    this.#onTrouble = onTrouble;
  }

  /** Rejects with the system's error and the `label` of the listener. */
  async listen(): Promise<readonly BoundMetrics[]> {
    const bound: BoundMetrics[] = [];
    for (const options of this.#listeners) {
      try {
        // Any free port is one for all of them.
        bound.push(await this.#open({ ...options, port: options.port || (bound[0]?.port ?? 0) }));
      } catch (error) {
        // A machine without IPv6 has 127.0.0.1 all the same.
        if (bound.length > 0 && isNoAddressHere(error)) continue;
        const cause = error instanceof Error ? error : new Error(String(error));
        throw Object.assign(cause, { label: options.label });
      }
    }
    return bound;
  }

  show(run: Observed): void {
    this.#answers.show(run);
  }

  drain(): void {
    this.#answers.drain();
  }

  /** Ends every connection, a scrape in the middle of it as well. */
  async close(): Promise<void> {
    this.#answers.stop();
    await Promise.all(
      this.#servers.map(async (server) => {
        const closed = new Promise((resolve) => server.close(resolve));
        server.closeAllConnections();
        await closed;
      }),
    );
  }

  async #open({ label, host, port, socketPath }: ListenOptions): Promise<BoundMetrics> {
    const server = this.#createServer();
    const where = host === undefined ? { port } : { port, host };
    await listenOn(
      server,
      socketPath === undefined ? where : { path: socketPath },
      this.#onTrouble,
    );
    this.#servers.push(server);
    const address = server.address() as AddressInfo | string;
    return typeof address === "string"
      ? { label, address, port: 0 }
      : { label, address: address.address, port: address.port };
  }

  #createServer(): Server {
    const server = createServer({ maxHeaderSize: headBytesMax }, (request, response) => {
      this.#answers.answer(request, response).catch((error: unknown) => {
        if (!isScraperGone(error)) this.#onTrouble(error);
        response.destroy();
      });
    });
    server.maxConnections = connectionsMax;
    server.on("connection", endInTime);
    return server;
  }
}

/** A connection counts among the few: none is there for long, whatever goes on. */
export function endInTime(socket: Pick<Socket, "destroy" | "once">): void {
  const timer = setTimeout(() => socket.destroy(), connectionMs);
  socket.once("close", () => clearTimeout(timer));
}

/** It left in the middle, or was cut by the clock: no trouble of ours. */
const isScraperGone = (error: unknown): boolean =>
  hasCode(error, ["ERR_STREAM_PREMATURE_CLOSE", "ERR_STREAM_DESTROYED", "ECONNRESET", "EPIPE"]);

const isNoAddressHere = (error: unknown): boolean =>
  hasCode(error, ["EADDRNOTAVAIL", "EAFNOSUPPORT"]);

const hasCode = (error: unknown, codes: readonly string[]): boolean =>
  error instanceof Error && "code" in error && codes.includes(String(error.code));
