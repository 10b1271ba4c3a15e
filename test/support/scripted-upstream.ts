/**
 * An upstream that a test writes down: it accepts connections, keeps every byte of each, and says
 * nothing by itself.
 */

import { createServer, type AddressInfo, type Server } from "node:net";

import { WireEnd } from "./wire-end.ts";
import { within } from "./within.ts";

export class ScriptedUpstream {
  readonly name: string;
  /** As a config names it: `127.0.0.1:4711`, `unix:/tmp/x.sock`. */
  address = "";
  readonly connections: WireEnd[] = [];
  readonly #server: Server;
  #takenCount = 0;
  #onConnection: (() => void) | undefined;

  /** `greet` is called with each connection, for those who answer by themselves. */
  constructor(name: string, greet?: (connection: WireEnd) => void) {
    this.name = name;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      const connection = new WireEnd(`${name}#${this.connections.length + 1}`, socket);
      this.connections.push(connection);
      greet?.(connection);
      this.#onConnection?.();
    });
  }

  /** On a free port of this machine, or on a Unix socket. */
  async listen(socketPath?: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once("error", reject);
    if (socketPath === undefined) this.#server.listen(0, "127.0.0.1", resolve);
    else this.#server.listen(socketPath, resolve);
    await within(promise, `${this.name} listens`);
    const bound = this.#server.address() as AddressInfo | string;
    this.address = typeof bound === "string" ? `unix:${bound}` : `127.0.0.1:${bound.port}`;
  }

  get port(): number {
    return Number(this.address.split(":").at(-1));
  }

  /** All bytes of all connections. */
  get received(): string {
    return this.connections.map((connection) => connection.received).join("");
  }

  /** The next connection that no call has returned yet. */
  async nextConnection(): Promise<WireEnd> {
    const waiting = (async (): Promise<WireEnd> => {
      for (;;) {
        const found = this.connections[this.#takenCount];
        if (found !== undefined) {
          this.#takenCount += 1;
          return found;
        }
        await new Promise<void>((resolve) => (this.#onConnection = resolve));
      }
    })();
    return within(waiting, `${this.name} expects a connection`);
  }

  /** Accepts nothing more; dialling it is refused. Connections stay. */
  stopListening(): void {
    this.#server.close();
  }

  /** Harmless a second time. */
  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    for (const connection of this.connections) connection.close();
    await within(promise, `${this.name} closes`);
  }
}

export async function startScriptedUpstream(name = "upstream"): Promise<ScriptedUpstream> {
  const upstream = new ScriptedUpstream(name);
  await upstream.listen();
  return upstream;
}
