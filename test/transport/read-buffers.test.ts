/**
 * Which buffer a socket reads into: a small one while nothing is known, a large one in the middle
 * of a message, and never one that somebody still needs.
 */

import assert from "node:assert/strict";
import { after, test } from "node:test";

import type { Channel, ChannelReceiver, Listener } from "../../src/transport/channel.ts";
import { NetTransport } from "../../src/transport/net-transport.ts";

/** The handle of its `net.Server` hands over no handles: there the runtime reads as it likes. */
const isBun = process.versions["bun"] !== undefined;

class Reader implements ChannelReceiver {
  expectsMore = true;
  holds = false;
  /** The memory that each read came in. */
  readonly memories: ArrayBufferLike[] = [];
  readonly texts: string[] = [];
  readonly kept: Buffer[] = [];

  onReadOf: (bytes: number) => void = () => {};

  onRead(bytes: Buffer): boolean {
    this.onReadOf(bytes.length);
    this.memories.push(bytes.buffer);
    this.texts.push(bytes.toString("latin1"));
    this.kept.push(bytes);
    return this.holds;
  }

  get sizes(): number[] {
    return this.memories.map((memory) => memory.byteLength);
  }

  onReadEnd(): void {}
  onDrained(): void {}
  onClosed(): void {}
}

interface Pair {
  readonly reading: Channel;
  readonly writing: Channel;
  readonly reader: Reader;
}

const listeners: Listener[] = [];
const channels: Channel[] = [];
after(() => {
  for (const each of [...channels, ...listeners]) each.close();
});

const sides = [
  { side: "accepted", smallBytes: 2_048 },
  { side: "dialled", smallBytes: 8_192 },
] as const;

for (const { side, smallBytes } of sides) {
  const options = {
    skip: isBun && side === "accepted" && "the runtime reads for accepted sockets",
  };

  void test(
    `read buffers: ${side}: small, large in a long message, small again`,
    options,
    async () => {
      const { reader, writing } = await pairOf(side);
      await send(writing, reader, "x".repeat(40_000));
      assert.equal(reader.sizes[0], smallBytes);
      assert.equal(reader.sizes.at(-1), 65_536);
      reader.expectsMore = false;
      await send(writing, reader, "y".repeat(smallBytes + 1));
      await send(writing, reader, "z");
      assert.equal(reader.sizes.at(-1), smallBytes, "between messages little is held");
    },
  );

  void test(`read buffers: ${side}: what ends a message leaves a small one`, options, async () => {
    const { reader, writing } = await pairOf(side);
    reader.expectsMore = false;
    await send(writing, reader, "x".repeat(smallBytes));
    await send(writing, reader, "y");
    assert.deepEqual(new Set(reader.sizes), new Set([smallBytes]));
  });

  void test(`read buffers: ${side}: one that is held is not read into`, options, async () => {
    const { reader, reading, writing } = await pairOf(side);
    reader.holds = true;
    await send(writing, reader, "first");
    await send(writing, reader, "second");
    assert.equal(reader.kept[0]?.toString("latin1"), "first");
    assert.notEqual(reader.memories[0], reader.memories[1]);
    reader.holds = false;
    reading.releaseRead();
    await send(writing, reader, "third");
    await send(writing, reader, "fourth");
    assert.equal(reader.memories.at(-1), reader.memories.at(-2), "one that is free is");
  });
}

void test("read buffers: nobody reads more than 128 KB before others have their turn", async () => {
  const { reader, writing } = await pairOf("dialled");
  const bytesByTurn: number[] = [0];
  let isCounting = true;
  const nextTurn = (): void => {
    bytesByTurn.push(0);
    if (isCounting) setImmediate(nextTurn);
  };
  reader.onReadOf = (bytes) => (bytesByTurn[bytesByTurn.length - 1]! += bytes);
  setImmediate(nextTurn);
  await send(writing, reader, "x".repeat(4 * 1024 * 1024));
  isCounting = false;
  // One read more may follow in the turn that a small buffer began.
  assert.ok(Math.max(...bytesByTurn) <= 128 * 1024 + 65_536);
});

async function pairOf(side: "accepted" | "dialled"): Promise<Pair> {
  const transport = new NetTransport();
  const accepting = Promise.withResolvers<Channel>();
  const listener = await transport.listen(
    { host: "127.0.0.1", port: 0, socketPath: undefined },
    { onChannel: accepting.resolve, onAcceptError: accepting.reject },
  );
  const dialling = Promise.withResolvers<Channel>();
  transport.dial(
    { address: "127.0.0.1", port: listener.port, socketPath: undefined },
    { onDialed: dialling.resolve, onDialFailed: dialling.reject },
  );
  const accepted = await accepting.promise;
  accepted.receiver = new Reader();
  const dialled = await dialling.promise;
  dialled.receiver = new Reader();
  listeners.push(listener);
  channels.push(accepted, dialled);
  const [reading, writing] = side === "accepted" ? [accepted, dialled] : [dialled, accepted];
  return { reading, writing, reader: reading.receiver as Reader };
}

/** Resolves when all of it has been read. */
async function send(writing: Channel, reader: Reader, text: string): Promise<void> {
  const wanted = reader.texts.join("").length + text.length;
  writing.writeText(text);
  for (let waits = 0; reader.texts.join("").length < wanted; waits++) {
    assert.ok(waits < 500, "the bytes do not arrive");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
