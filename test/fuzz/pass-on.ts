/**
 * What a proxy does with a message, machines only: read it in one role, write it in the other. What
 * was accepted must come out with one framing, and be read back as the same message.
 */

import assert from "node:assert/strict";

import { Failure } from "../../src/base/failure.ts";
import type { RequestHead } from "../../src/http/head.ts";
import { clientLimits } from "../../src/limits/options.ts";
import { ClientMachine } from "../../src/wire/http1/client-machine.ts";
import { readEvent } from "../../src/wire/http1/message-reader.ts";
import { ServerMachine } from "../../src/wire/http1/server-machine.ts";
import { aRequest, aResponse } from "../wire/http1/heads.ts";

/** Stands in for the host that an HTTP/1.0 request may leave out. */
const fallbackHost = "none.example";

/** Any way in which somebody behind us could read a framing field. */
const framingField = /\r\n(?:content[^0-9a-z\r\n:]length|transfer[^0-9a-z\r\n:]encoding)[ \t]*:/gi;

/** Every whole request of the wire as it goes on to an upstream, one after another. */
export function requestsPassedOn(wire: Buffer): readonly Buffer[] {
  const server = new ServerMachine(clientLimits);
  const passedOn: Buffer[] = [];
  server.reader.receive(Buffer.from(wire));
  try {
    passOnRequests(server, passedOn);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  }
  return passedOn;
}

function passOnRequests(server: ServerMachine, passedOn: Buffer[]): void {
  let out = new Out(new ClientMachine());
  for (let event = server.next(); event !== readEvent.need; event = server.next()) {
    if (event === readEvent.head) {
      out = new Out(new ClientMachine());
      out.machine.sendHead(outgoing(server.head));
      checkFraming(out.take(), server.head);
    } else if (event === readEvent.piece) out.piece(server.reader.piece);
    else {
      out.machine.sendEnd(server.reader.trailers);
      passedOn.push(out.take());
      if (!answerAndRestart(server)) return;
    }
  }
}

function answerAndRestart(server: ServerMachine): boolean {
  server.sendHead(aResponse());
  server.sendEnd(undefined);
  if (server.persists) server.restart();
  return server.persists;
}

/** All that a machine has sent. */
class Out<Machine extends ClientMachine | ServerMachine> {
  readonly machine: Machine;
  #sent = Buffer.alloc(0);

  constructor(machine: Machine) {
    this.machine = machine;
  }

  piece(piece: Buffer): void {
    if (!this.machine.writer.piece(piece)) this.#sent = Buffer.concat([this.take(), piece]);
  }

  take(): Buffer {
    const text = Buffer.from(this.machine.writer.takeText(), "latin1");
    this.#sent = Buffer.concat([this.#sent, text]);
    return this.#sent;
  }
}

function outgoing(head: RequestHead): RequestHead {
  const authority = head.authority === "" ? fallbackHost : head.authority;
  return { ...head, authority, version: "1.1", fields: head.fields.clone() };
}

function checkFraming(text: Buffer, head: RequestHead): void {
  const found = text.toString("latin1").match(framingField)?.length ?? 0;
  const wanted = head.body === "none" && head.contentLength < 0 ? 0 : 1;
  assert.equal(found, wanted, "a request goes on with one framing");
}

/** The response of the wire as it goes on to a client, if it was whole. */
export function responsePassedOn(wire: Buffer, method: string): Buffer | undefined {
  const client = new ClientMachine();
  client.sendHead(aRequest({ method }));
  client.sendEnd(undefined);
  client.reader.receive(Buffer.from(wire));
  const out = new Out(new ServerMachine(clientLimits));
  const server = out.machine;
  server.reader.receive(Buffer.from(`${method} / HTTP/1.1\r\nHost: a.example\r\n\r\n`));
  while (server.next() !== readEvent.need);
  const drain = (): boolean => {
    for (let event = client.next(); event !== readEvent.need; event = client.next()) {
      if (event === readEvent.head) server.sendHead(client.head);
      else if (event === readEvent.end) server.sendEnd(client.reader.trailers);
      else out.piece(client.reader.piece);
    }
    return client.reader.isDone;
  };
  try {
    const isWhole = drain() || (client.hasFinalHead && client.reader.receiveEnd() && drain());
    return isWhole ? out.take() : undefined;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return undefined;
  }
}
