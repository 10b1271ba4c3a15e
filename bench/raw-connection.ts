/**
 * A client's connection for the load that wrk cannot make: it sends bytes as they are and finds the
 * ends of the answers, and nothing else. It shares a core with the upstream, so it has to be cheap.
 */

import { connect, type Socket } from "node:net";

export interface RawConnectionHandler {
  readonly onOpen?: (connection: RawConnection) => void;
  /** A whole answer is here; its status. */
  readonly onAnswer: (connection: RawConnection, status: number) => unknown;
  /** So many bytes are here. Return false to read no more until `socket.resume()`. */
  readonly onBytes?: (bytes: number) => boolean;
  /** The other side closed it, or it broke. */
  readonly onBroken: (connection: RawConnection, reason: string) => void;
}

/** Long enough for any head that an upstream of ours sends. */
const headCharactersMax = 16_384;

/** One for all: what is read is used up before the next socket is read. */
const readBuffer = Buffer.alloc(256 * 1024);

export class RawConnection {
  readonly socket: Socket;
  /** The last answer said that the connection closes behind it. */
  closes = false;
  readonly #handler: RawConnectionHandler;
  #head = "";
  #status = 0;
  #bodyBytesLeft = 0;
  #inBody = false;

  constructor(port: number, handler: RawConnectionHandler) {
    this.#handler = handler;
    this.socket = connect({
      port,
      host: "127.0.0.1",
      noDelay: true,
      onread: { buffer: readBuffer, callback: (bytes) => this.#read(bytes) },
    });
    this.socket.on("connect", () => handler.onOpen?.(this));
    this.socket.on("error", (error) => handler.onBroken(this, error.message));
    this.socket.on("end", () => {
      if (!this.closes) handler.onBroken(this, "closed by the proxy");
    });
  }

  send(bytes: Uint8Array): boolean {
    return this.socket.write(bytes);
  }

  #read(bytes: number): boolean {
    if (this.#inBody) {
      this.#bodyBytesLeft -= bytes;
    } else {
      this.#head += readBuffer.toString("latin1", 0, bytes);
      this.#readHead();
    }
    if (this.#inBody && this.#bodyBytesLeft <= 0) this.#finish();
    return this.#handler.onBytes?.(bytes) ?? true;
  }

  #readHead(): void {
    const end = this.#head.indexOf("\r\n\r\n");
    if (end < 0) {
      if (this.#head.length > headCharactersMax) this.#fail("a head without end");
      return;
    }
    const head = this.#head.slice(0, end);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length === undefined) return this.#fail("an answer without a length");
    this.closes = /\r\nconnection: *close/i.test(head);
    this.#status = Number(this.#head.slice(9, 12));
    this.#bodyBytesLeft = Number(length) - (this.#head.length - end - 4);
    this.#inBody = true;
  }

  #finish(): void {
    this.#inBody = false;
    this.#head = "";
    this.#handler.onAnswer(this, this.#status);
  }

  #fail(reason: string): void {
    this.socket.destroy();
    this.#handler.onBroken(this, reason);
  }
}

/** The bytes of a GET, with further field lines if there are any. */
export function writeGet(path: string, fieldLines = ""): Buffer {
  return Buffer.from(`GET ${path} HTTP/1.1\r\nHost: bench\r\n${fieldLines}\r\n`, "latin1");
}

/** Ends this program: a load that lost a connection measures something else. */
export function failLoad(reason: string): never {
  console.error(`Cannot go on: ${reason}`);
  process.exit(1);
}
