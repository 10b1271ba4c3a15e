/**
 * Drives the machines over pieces of bytes and writes down what they make of them, one line an
 * event, so that two ways of cutting the same bytes can be compared, and read:
 *
 *   POST /x HTTP/1.1 a.example sized:5
 *     Accept: text/html
 *   body "hello"
 *   end keep
 *
 * The pieces are overwritten as soon as the machine has said that it is done with them.
 */

import assert from "node:assert/strict";

import { Failure } from "../../../src/base/failure.ts";
import { Fields } from "../../../src/http/fields.ts";
import type { RequestHead, ResponseHead } from "../../../src/http/head.ts";
import { clientLimits } from "../../../src/limits/options.ts";
import { ClientMachine } from "../../../src/wire/http1/client-machine.ts";
import type { HeadLimits } from "../../../src/wire/http1/limits.ts";
import { readEvent, type MessageReader } from "../../../src/wire/http1/message-reader.ts";
import { ServerMachine } from "../../../src/wire/http1/server-machine.ts";
import { everySplit } from "../../support/every-split.ts";
import { aRequest, aResponse } from "./heads.ts";

/** What bytes are overwritten with once they are the caller's again. */
const poison = 0xdb;

/** More events than any test means: a machine that gives more goes round in a circle. */
const eventsMax = 100_000;

export type Transcript = readonly string[];

/** A driver: takes pieces, then the end of the input, and writes down what happened. */
export type Drive = (pieces: readonly Buffer[]) => Transcript;

/** Runs every way of cutting `wire`; all must give one transcript, which is returned. */
export function sameAtEverySplit(wire: string, drive: Drive): Transcript {
  let whole: Transcript | undefined;
  for (const pieces of everySplit(wire)) {
    const found = drive(pieces);
    if (whole !== undefined) {
      const cut = pieces.length === 2 ? `cut at ${pieces[0]?.length}` : "byte by byte";
      assert.deepEqual(found, whole, cut);
    }
    whole ??= found;
  }
  return whole ?? [];
}

/** Reads requests one after another; each is answered with an empty 200. */
export function readRequests(
  pieces: readonly Buffer[],
  limits: HeadLimits = clientLimits,
): Transcript {
  const machine = new ServerMachine(limits);
  const notes = new Notes();
  const onEvent = (event: number): boolean => {
    if (event === readEvent.head) notes.request(machine.head);
    if (event !== readEvent.end) return true;
    machine.sendHead(aResponse());
    machine.sendEnd(undefined);
    machine.writer.takeText();
    notes.end(machine.reader.trailers, machine.persists ? "keep" : "close");
    if (machine.persists) machine.restart();
    return machine.persists;
  };
  notes.drive(machine, pieces, { onEvent });
  return notes.lines;
}

/** Reads the response to `request`, whatever is interim included, and what lies behind it. */
export function readResponse(
  pieces: readonly Buffer[],
  request: RequestHead = aRequest(),
): Transcript {
  const machine = new ClientMachine();
  const notes = new Notes();
  machine.sendHead(request);
  machine.sendEnd(undefined);
  machine.writer.takeText();
  const onEvent = (event: number): boolean => {
    if (event === readEvent.head) notes.response(machine.head);
    if (event === readEvent.end) notes.end(machine.reader.trailers, "");
    return true;
  };
  const beforeEnd = (): string => (machine.canServeAgain ? "reusable" : "");
  const isWhole = notes.drive(machine, pieces, { onEvent, beforeEnd });
  if (isWhole && !machine.hasFinalHead) notes.lines.push("no answer");
  return notes.lines;
}

interface Machine {
  readonly reader: MessageReader;
  next(): number;
}

interface Hooks {
  /** Returns whether to go on. */
  readonly onEvent: (event: number) => boolean;
  /** What is to be noted when all bytes are in, but not their end. */
  readonly beforeEnd?: () => string;
}

class Notes {
  readonly lines: string[] = [];
  #body = "";

  /** Returns whether the bytes could be read and were whole messages. */
  drive(machine: Machine, pieces: readonly Buffer[], hooks: Hooks): boolean {
    const { reader } = machine;
    let events = 0;
    const drain = (): boolean => {
      for (let event = machine.next(); event !== readEvent.need; event = machine.next()) {
        assert.ok((events += 1) < eventsMax, "a machine gives events for ever");
        if (event === readEvent.piece) this.#body += reader.piece.toString("latin1");
        else this.#endBody();
        if (!hooks.onEvent(event)) return false;
      }
      return true;
    };
    try {
      for (const piece of pieces) {
        reader.receive(piece);
        if (!drain()) return true;
        assert.ok(reader.pendingBytes === 0 || reader.isDone, "bytes are kept without need");
        if (reader.pendingBytes === 0) piece.fill(poison);
      }
      this.#push(hooks.beforeEnd?.() ?? "");
      const isProper = reader.receiveEnd();
      if (isProper) drain();
      this.#endBody();
      if (!isProper) this.lines.push("cut");
      return isProper;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.#endBody();
      this.lines.push(`failure ${error.code}`);
      return false;
    }
  }

  request(head: RequestHead): void {
    const notes = [
      head.absolute ? "absolute" : "",
      head.expectsContinue ? "expects" : "",
      head.upgrade === undefined ? "" : `upgrade=${head.upgrade}`,
      head.wantsTrailers ? "te" : "",
    ];
    const said = `${head.method} ${head.target} HTTP/${head.version} ${head.authority || "-"}`;
    this.#head(said, head, notes);
  }

  response(head: ResponseHead): void {
    const upgrade = head.upgrade === undefined ? "" : `upgrade=${head.upgrade}`;
    this.#head(`${head.status} "${head.reason}" HTTP/${head.version}`, head, [upgrade]);
  }

  end(trailers: Fields | undefined, what: string): void {
    this.#push(`end ${what}`.trimEnd());
    this.#fields(trailers ?? new Fields());
  }

  #head(said: string, head: RequestHead | ResponseHead, notes: readonly string[]): void {
    const length = head.contentLength < 0 ? "" : `:${head.contentLength}`;
    const words = [said, `${head.body}${length}`, ...notes.filter((note) => note !== "")];
    this.lines.push(words.join(" "));
    this.#fields(head.fields);
  }

  #fields(fields: Fields): void {
    for (const line of fields.write().split("\r\n").slice(0, -1)) this.lines.push(`  ${line}`);
  }

  #endBody(): void {
    if (this.#body !== "") this.lines.push(`body ${JSON.stringify(this.#body)}`);
    this.#body = "";
  }

  #push(line: string): void {
    if (line !== "") this.lines.push(line);
  }
}
