/**
 * Which buffer a socket reads into: the common one while nothing is known, a large one in the
 * middle of a message; and bytes that are still needed are read over by nobody.
 */

import assert from "node:assert/strict";
import { after, test } from "node:test";

import type { Channel, ChannelReceiver, Listener } from "../../src/transport/channel.ts";
import { NetTransport } from "../../src/transport/net-transport.ts";

/** The handle of its `net.Server` hands over no handles: there the runtime reads as it likes. */
const isBun = process.versions["bun"] !== undefined;

const commonBytes = 12_288;
const largeBytes = 65_536;

class Reader implements ChannelReceiver {
  expectsMore = true;
  /** Holds the bytes of each read by this, if it is set. */
  holder: Channel | undefined;
  /** The memory that each read came in. */
  readonly memories: ArrayBufferLike[] = [];
  readonly texts: string[] = [];
  /** What was held of each read. */
  readonly kept: Buffer[] = [];

  onReadOf: (bytes: Buffer) => void = () => {};

  onRead(buffer: Buffer, length: number): void {
    const bytes = buffer.subarray(0, length);
    this.onReadOf(bytes);
    this.memories.push(buffer.buffer);
    this.texts.push(bytes.toString("latin1"));
    if (this.holder === undefined) return;
    this.kept.push(this.holder.hold(buffer, 2, length).subarray(2, length));
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

for (const side of ["accepted", "dialled"] as const) {
  const options = {
    skip: isBun && side === "accepted" && "the runtime reads for accepted sockets",
  };

  void test(
    `read buffers: ${side}: common, large in a long message, common again`,
    options,
    async () => {
      const { reader, writing } = await pairOf(side);
      await send(writing, reader, "x".repeat(60_000));
      assert.equal(reader.sizes[0], commonBytes);
      assert.equal(reader.sizes.at(-1), largeBytes);
      reader.expectsMore = false;
      await send(writing, reader, "y".repeat(commonBytes + 1));
      await send(writing, reader, "z");
      assert.equal(reader.sizes.at(-1), commonBytes, "between messages nothing is taken");
    },
  );

  void test(
    `read buffers: ${side}: what ends a message leaves the common one`,
    options,
    async () => {
      const { reader, writing } = await pairOf(side);
      reader.expectsMore = false;
      await send(writing, reader, "x".repeat(commonBytes));
      await send(writing, reader, "y");
      assert.deepEqual(new Set(reader.sizes), new Set([commonBytes]));
    },
  );

  void test(`read buffers: ${side}: all read into the same memory`, options, async () => {
    const one = await pairOf(side);
    const other = await pairOf(side);
    await send(one.writing, one.reader, "one");
    await send(other.writing, other.reader, "other");
    assert.equal(one.reader.memories[0], other.reader.memories[0]);
  });

  void test(`read buffers: ${side}: what is held is read over by nobody`, options, async () => {
    const one = await pairOf(side);
    const other = await pairOf(side);
    one.reader.holder = one.reading;
    await send(one.writing, one.reader, "first");
    await send(other.writing, other.reader, "-----------");
    assert.equal(one.reader.kept[0]?.toString("latin1"), "rst");
    one.reading.releaseRead();
    await send(one.writing, one.reader, "second");
    await send(other.writing, other.reader, "-----------");
    assert.equal(one.reader.kept[1]?.toString("latin1"), "cond");
  });

  void test(
    `read buffers: ${side}: a large one that is held is not read into`,
    options,
    async () => {
      const { reader, reading, writing } = await pairOf(side);
      await send(writing, reader, "x".repeat(60_000));
      reader.holder = reading;
      await send(writing, reader, "first".repeat(2_000));
      await send(writing, reader, "second".repeat(2_000));
      const [first, second] = reader.memories.slice(-2);
      assert.equal(first?.byteLength, largeBytes);
      assert.notEqual(first, second);
      assert.equal(reader.kept[0]?.toString("latin1"), "first".repeat(2_000).slice(2));
    },
  );

  void test(
    `read buffers: ${side}: what a socket cannot take is not read over`,
    options,
    async () => {
      const one = await pairOf(side);
      const slow = await pairOf(side);
      slow.reading.pause();
      // More than the kernel takes: from now on whatever is written waits.
      slow.writing.write(Buffer.alloc(16 * 1024 * 1024));
      one.reader.expectsMore = false;
      one.reader.onReadOf = (bytes) => slow.writing.write(bytes);
      await send(one.writing, one.reader, "precious");
      one.reader.onReadOf = () => {};
      await send(one.writing, one.reader, "--------");
      slow.reading.resume();
      await arrived(slow.reader, 16 * 1024 * 1024 + 8);
      assert.equal(slow.reader.texts.at(-1)?.slice(-8), "precious");
    },
  );
}

void test("read buffers: nobody reads more than 128 KB before others have their turn", async () => {
  const { reader, writing } = await pairOf("dialled");
  const bytesByTurn: number[] = [0];
  let isCounting = true;
  const nextTurn = (): void => {
    bytesByTurn.push(0);
    if (isCounting) setImmediate(nextTurn);
  };
  reader.onReadOf = (bytes) => (bytesByTurn[bytesByTurn.length - 1]! += bytes.length);
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
  const wanted = bytesOf(reader) + text.length;
  writing.writeText(text);
  await arrived(reader, wanted);
}

async function arrived(reader: Reader, wanted: number): Promise<void> {
  for (let waits = 0; bytesOf(reader) < wanted; waits++) {
    assert.ok(waits < 500, "the bytes do not arrive");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function bytesOf(reader: Reader): number {
  return reader.texts.reduce((sum, text) => sum + text.length, 0);
}
