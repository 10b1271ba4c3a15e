/**
 * What the real transport does at the ends of connections: a reset looks like one and always
 * closes, also on a pipe, also right behind a FIN; a receiver that throws breaks its connection
 * visibly.
 */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import type { Channel, ChannelReceiver, Listener } from "../../src/transport/channel.ts";
import { NetTransport } from "../../src/transport/net-transport.ts";
import { StrayErrors } from "./stray-errors.ts";

/** What an end was told, in order. */
class Told implements ChannelReceiver {
  expectsMore = false;
  readonly events: string[] = [];
  bytes = 0;
  onReadDo: () => void = () => {};

  onRead(_buffer: Buffer, length: number): void {
    this.bytes += length;
    this.onReadDo();
  }

  onReadEnd(): void {
    this.events.push("end");
  }

  onDrained(): void {
    this.events.push("drained");
  }

  onClosed(error: Error | undefined): void {
    this.events.push(error === undefined ? "closed" : "closed with an error");
  }
}

interface Pair {
  readonly accepted: Channel;
  readonly dialled: Channel;
  readonly atAccepted: Told;
  readonly atDialled: Told;
  readonly faults: unknown[];
  readonly listener: Listener;
}

const folder = mkdtempSync(join(tmpdir(), "foregate-"));
const places = ["TCP", "pipe"] as const;
type Place = (typeof places)[number];
let pipeCount = 0;

const stray = new StrayErrors();
after(() => {
  rmSync(folder, { recursive: true });
  stray.assertNone();
});

/** More than any socket takes at once. */
const much = Buffer.alloc(16 * 1024 * 1024);

interface Case {
  readonly name: string;
  readonly run: (pair: Pair) => void;
  /** What the end that was left is told at last, on TCP; a pipe knows no reset. */
  readonly other: RegExp;
}

const cases: readonly Case[] = [
  { name: "a reset", run: ({ accepted }) => accepted.reset(), other: /closed with an error$/ },
  {
    name: "a reset behind bytes that nobody reads",
    run({ accepted, dialled }) {
      dialled.pause();
      accepted.write(much);
      accepted.reset();
      setTimeout(() => dialled.resume(), 50);
    },
    other: /closed with an error$/,
  },
  {
    name: "a reset right behind a FIN",
    run({ accepted }) {
      accepted.writeText("bye");
      accepted.end();
      accepted.reset();
    },
    other: /^end/,
  },
  {
    name: "a reset soon behind a FIN",
    run({ accepted }) {
      accepted.end();
      setImmediate(() => accepted.reset());
    },
    other: /^end/,
  },
  {
    name: "a reset behind a FIN behind bytes that nobody reads",
    run({ accepted, dialled }) {
      dialled.pause();
      accepted.write(much);
      accepted.end();
      setImmediate(() => accepted.reset());
      setTimeout(() => dialled.resume(), 50);
    },
    other: /closed with an error$/,
  },
  {
    name: "a reset twice",
    run({ accepted }) {
      accepted.reset();
      accepted.reset();
      accepted.close();
    },
    other: /closed with an error$/,
  },
  {
    name: "a receiver that throws",
    run({ accepted, atAccepted, dialled, faults }) {
      atAccepted.onReadDo = () => {
        throw new Error("a bug");
      };
      dialled.writeText("x");
      setTimeout(() => assert.equal(faults.splice(0).length, 1), 60);
      void accepted;
    },
    other: /closed with an error$/,
  },
];

for (const place of places) {
  for (const { name, run, other } of cases) {
    void test(`net channel: ${place}: ${name}`, async () => {
      const pair = await pairOn(place);
      run(pair);
      await until(() => /closed/.test(pair.atAccepted.events.join(" ")));
      await new Promise((resolve) => setTimeout(resolve, 80));
      const told = pair.atDialled.events.join(" ");
      if (place === "TCP") assert.match(told, other);
      else assert.match(told, /end|closed/);
      pair.dialled.close();
      await until(() => /closed/.test(pair.atDialled.events.join(" ")));
      for (const { events } of [pair.atAccepted, pair.atDialled]) {
        assert.equal(events.filter((event) => event.startsWith("closed")).length, 1);
      }
      assert.deepEqual(pair.faults, []);
      pair.listener.close();
    });
  }
}

void test("net channel: a receiver that throws is told of an end out of order", async () => {
  const pair = await pairOn("TCP");
  pair.atDialled.onReadDo = () => {
    throw new Error("a bug");
  };
  pair.accepted.writeText("x");
  await until(() => pair.atDialled.events.length > 0);
  assert.deepEqual(pair.atDialled.events, ["closed with an error"]);
  await until(() => pair.atAccepted.events.length > 0);
  pair.accepted.close();
  pair.listener.close();
});

async function pairOn(place: Place): Promise<Pair> {
  const transport = new NetTransport();
  const faults: unknown[] = [];
  transport.onFault = (error) => faults.push(error);
  const socketPath = place === "pipe" ? join(folder, `${pipeCount++}.sock`) : undefined;
  const accepting = Promise.withResolvers<Channel>();
  const listener = await transport.listen(
    { host: "127.0.0.1", port: 0, socketPath },
    { onChannel: (channel) => accepting.resolve(channel), onAcceptError: accepting.reject },
  );
  const dialling = Promise.withResolvers<Channel>();
  transport.dial(
    { address: "127.0.0.1", port: listener.port, socketPath },
    { onDialed: (channel) => dialling.resolve(channel), onDialFailed: dialling.reject },
  );
  const atAccepted = new Told();
  const atDialled = new Told();
  const accepted = await accepting.promise;
  accepted.receiver = atAccepted;
  const dialled = await dialling.promise;
  dialled.receiver = atDialled;
  return { accepted, dialled, atAccepted, atDialled, faults, listener };
}

async function until(isThere: () => boolean): Promise<void> {
  for (let waits = 0; !isThere(); waits++) {
    assert.ok(waits < 200, "it never happens");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
