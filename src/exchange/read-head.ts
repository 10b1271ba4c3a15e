/** The head of a request that somebody else has parsed, read once more by our own machine. */

import { Failure } from "../base/failure.ts";
import type { RequestHead } from "../http/head.ts";
import { readEvent } from "../wire/http1/message-reader.ts";
import type { HeadLimits } from "../wire/http1/limits.ts";
import { ServerMachine } from "../wire/http1/server-machine.ts";

/** A head as its parts. */
export interface HeadParts {
  readonly method: string;
  readonly target: string;
  readonly version: "1.0" | "1.1";
  readonly fields: Iterable<readonly [name: string, value: string]>;
}

/** As it would come over the wire, one character a byte. */
export function headTextOf({ method, target, version, fields }: HeadParts): string {
  let text = `${method} ${target} HTTP/${version}\r\n`;
  for (const [name, value] of fields) text += `${name}: ${value}\r\n`;
  return `${text}\r\n`;
}

/**
 * What other parsers let pass may be more than may be passed on: so the head goes the same way as
 * one that came over a connection of ours. `text` has one character a byte. Throws a `Failure`.
 */
export function readHead(text: string, limits: HeadLimits): RequestHead {
  const machine = new ServerMachine(limits);
  machine.reader.receive(Buffer.from(text, "latin1"));
  // A line break in a value would end the head early: what is behind it must not be lost.
  if (machine.next() === readEvent.head && machine.reader.pendingBytes === 0) return machine.head;
  throw new Failure("bad-request", "Cannot read request: its head is not one head");
}
