/** The spool: cases one can read; `spool-model.test.ts` has those that nobody would think of. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Spool, type SpoolReader } from "../../src/base/spool.ts";
import { FakeStore } from "../support/fake-store.ts";
import { Supplies } from "./spool-supplies.ts";

function readAll(reader: SpoolReader<unknown>): string {
  let text = "";
  for (let view = reader.read(); view !== undefined; view = reader.read()) {
    text += view.toString("latin1");
    reader.pass();
  }
  return text;
}

/** As `readAll`, but waits for what is in the store. */
function readBack(reader: SpoolReader<unknown>, { store }: Supplies): string {
  let text = "";
  while (!reader.isCaughtUp && !reader.failed) {
    text += readAll(reader);
    store.answerAll();
  }
  return text;
}

void test("spool: what goes in comes out, and the piece is the caller's again", () => {
  const spool = new Spool<string>(new Supplies(), 65_536);
  const reader = spool.reader();
  const piece = Buffer.from("hello ");
  spool.append(piece);
  piece.fill("x");
  spool.append(Buffer.from("world"));
  assert.equal(readAll(reader), "hello world");
  assert.equal(reader.ended, false);
  spool.end("trailers");
  assert.equal(reader.ended, true);
  assert.equal(spool.trailers, "trailers");
});

void test("spool: a reader that stands still keeps all of it for a replay", () => {
  const spool = new Spool(new Supplies(), 65_536);
  const holder = spool.reader();
  const first = spool.reader();
  const body = "x".repeat(40_000);
  spool.append(Buffer.from(body));
  assert.equal(readAll(first), body);
  assert.ok(spool.isWhole);
  const second = spool.reader();
  spool.end();
  holder.close();
  assert.equal(readAll(second), body);
  assert.equal(spool.isWhole, false);
  assert.throws(() => spool.reader(), /while the start is still kept/);
});

void test("spool: what every reader has passed is given back", () => {
  const supplies = new Supplies();
  const spool = new Spool(supplies, 20_000);
  const reader = spool.reader();
  for (let round = 0; round < 1_000; round++) {
    spool.append(Buffer.alloc(10_000));
    readAll(reader);
    assert.ok(supplies.memory.bytesUsed <= 70_000, `${supplies.memory.bytesUsed} bytes are held`);
  }
  spool.end();
  assert.equal(reader.ended, true);
  assert.equal(supplies.memory.bytesUsed, 0);
});

void test("spool: what was given and not passed is not used again", () => {
  const spool = new Spool(new Supplies(), 10_000_000);
  const reader = spool.reader();
  const views: Buffer[] = [];
  for (let round = 0; round < 100; round++) {
    spool.append(Buffer.alloc(16_384, round));
    views.push(reader.read()!);
  }
  for (const [round, view] of views.entries()) {
    assert.ok(view.every((byte) => byte === round));
  }
});

void test("spool: over its size or its allowance it takes the piece and asks to wait", () => {
  const supplies = new Supplies(1_000_000, new FakeStore());
  const spool = new Spool(supplies, 10);
  let rooms = 0;
  spool.onRoom = () => (rooms += 1);
  const reader = spool.reader();
  spool.append(Buffer.from("0123456789abc"));
  assert.equal(spool.room, 0);
  assert.equal(readAll(reader), "0123456789abc");
  assert.equal(rooms, 1);
  assert.ok(spool.room > 0);
});

void test("spool: a body in pieces of one byte takes little more than its bytes", () => {
  const supplies = new Supplies();
  const spool = new Spool(supplies, 65_536);
  for (let at = 0; at < 65_536; at++) spool.append(Buffer.from("x"));
  assert.ok(supplies.memory.bytesUsed < 2 * 65_536, `${supplies.memory.bytesUsed} bytes are held`);
  assert.equal(spool.room, 0);
});

void test("spool: what is over its allowance is stored, and comes back in order", () => {
  const supplies = new Supplies(100_000);
  const spool = new Spool(supplies, 10_000_000);
  const reader = spool.reader();
  let body = "";
  for (let at = 0; at < 40; at++) {
    const piece = String.fromCharCode(97 + (at % 26)).repeat(30_000);
    body += piece;
    spool.append(Buffer.from(piece));
    supplies.store.answerAll();
    assert.ok(spool.memoryBytes <= 200_000, `${spool.memoryBytes} bytes in memory`);
  }
  spool.end();
  assert.ok(supplies.store.extentCount > 10);
  assert.equal(readBack(reader, supplies), body);
  assert.equal(supplies.memory.bytesUsed, 0);
  assert.equal(supplies.store.extentCount, 0);
});

void test("spool: room comes when the store has taken something, and not while it cannot", () => {
  const supplies = new Supplies(16_384);
  const spool = new Spool(supplies, 10_000_000);
  let rooms = 0;
  spool.onRoom = () => (rooms += 1);
  spool.append(Buffer.alloc(65_536));
  assert.equal(spool.room, 0);
  assert.ok(spool.isStoring);
  supplies.store.answerAll();
  assert.ok(rooms > 0);
  assert.ok(spool.room > 0);
  supplies.store.isUsable = false;
  spool.append(Buffer.alloc(65_536));
  assert.equal(spool.room, 0);
  assert.equal(supplies.store.waitingCount, 0);
});

void test("spool: when its allowance shrinks to what it has, there is room again", () => {
  const supplies = new Supplies(100_000);
  const spool = new Spool(supplies, 10_000_000);
  spool.append(Buffer.alloc(16_384));
  spool.append(Buffer.alloc(16_384));
  supplies.allowanceBytes = 16_384;
  assert.equal(spool.room, 0);
  for (let tick = 0; tick < 3; tick++) {
    spool.look();
    supplies.store.answerAll();
  }
  assert.ok(spool.room > 0);
});

void test("spool: a reader that stands still in a large segment stops nobody", () => {
  const supplies = new Supplies();
  const spool = new Spool(supplies, 10_000_000);
  const reader = spool.reader();
  spool.append(Buffer.alloc(60_000, "y"));
  assert.ok(reader.read() !== undefined);
  supplies.allowanceBytes = 16_384;
  for (let round = 0; round < 100; round++) {
    spool.append(Buffer.alloc(12_000, "z"));
    spool.look();
    supplies.store.answerAll();
    assert.ok(spool.room > 0, `no room after ${round} pieces`);
  }
  assert.ok(spool.memoryBytes <= 65_536 + 2 * 16_384, `${spool.memoryBytes} bytes in memory`);
});

void test("spool: when its allowance shrinks, it stores what it has", () => {
  const supplies = new Supplies();
  const spool = new Spool(supplies, 10_000_000);
  const reader = spool.reader();
  spool.append(Buffer.alloc(300_000, "y"));
  assert.equal(supplies.store.waitingCount, 0);
  supplies.allowanceBytes = 16_384;
  spool.look();
  supplies.store.answerAll();
  assert.ok(spool.memoryBytes <= 16_384, `${spool.memoryBytes} bytes in memory`);
  spool.append(Buffer.from("z"));
  spool.end();
  assert.equal(readBack(reader, supplies), `${"y".repeat(300_000)}z`);
});

void test("spool: what cannot be stored stays in memory", () => {
  const supplies = new Supplies(16_384, new FakeStore([1, 2, 3]));
  const spool = new Spool(supplies, 10_000_000);
  const reader = spool.reader();
  spool.append(Buffer.alloc(100_000, "y"));
  supplies.store.answerAll();
  spool.end();
  assert.equal(readBack(reader, supplies), "y".repeat(100_000));
});

void test("spool: what cannot be loaded is a failure, and nothing of it is read", () => {
  const supplies = new Supplies(16_384);
  const spool = new Spool(supplies, 10_000_000);
  const reader = spool.reader();
  let told = 0;
  reader.onReady = () => (told += 1);
  spool.append(Buffer.alloc(100_000, "y"));
  supplies.store.answerAll();
  for (let call = 1; call < 100; call++) supplies.store.failing.add(call);
  const text = readBack(reader, supplies);
  assert.ok(text.length < 100_000);
  assert.match(text, /^y*$/);
  assert.ok(reader.failed);
  assert.equal(told, 1);
  assert.equal(spool.isWhole, false);
  spool.release();
  assert.equal(supplies.memory.bytesUsed, 0);
  assert.equal(supplies.store.extentCount, 0);
});

void test("spool: released in the middle of all, it gives everything back when it can", () => {
  const supplies = new Supplies(16_384);
  const spool = new Spool(supplies, 10_000_000);
  const reader = spool.reader();
  for (let round = 0; round < 5; round++) spool.append(Buffer.alloc(64_000));
  supplies.store.answer();
  reader.read();
  reader.pass();
  assert.equal(supplies.live.size, 1);
  spool.release();
  spool.release();
  assert.equal(supplies.live.size, 0);
  supplies.store.answerAll();
  assert.equal(supplies.memory.bytesUsed, 0);
  assert.equal(supplies.store.extentCount, 0);
  assert.equal(reader.read(), undefined);
});

void test("spool: a view stays good after the spool was released", () => {
  const spool = new Spool(new Supplies(), 65_536);
  const reader = spool.reader();
  spool.append(Buffer.from("hello"));
  const view = reader.read();
  spool.release();
  new Spool(new Supplies(), 65_536).append(Buffer.alloc(1_000, "x"));
  assert.equal(view?.toString(), "hello");
});

void test("spool: appending after the end is a bug", () => {
  const spool = new Spool(new Supplies(), 10);
  spool.end();
  assert.throws(() => spool.append(Buffer.from("x")), /that has ended/);
});
