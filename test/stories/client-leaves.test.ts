/**
 * A client that leaves in the middle: its request stops at the upstream within a second, so that
 * nobody computes for nobody, and the access log says who ended it.
 */

import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { test, type TestContext } from "node:test";

import { connectClient } from "../support/scripted-client.ts";
import { within } from "../support/within.ts";
import { everythingTo, startForegate } from "./foregate-program.ts";
import { listening } from "./listening.ts";

/** How soon the upstream must know. */
const toldMs = 1_000;

interface Case {
  readonly name: string;
  /** What the client says before it leaves, and what it waits for. */
  readonly says: string;
  readonly hears?: string;
  readonly leaves: "end" | "cut" | "close";
  /** What the upstream does with the request; it never answers to the end. */
  readonly answer: (response: ServerResponse) => void;
  /** The status in the log: what the client was told, or what it would have been told. */
  readonly logged: number;
}

const get = "GET /work HTTP/1.1\r\nHost: story.test\r\n\r\n";
/** Too long to be collected before the upstream is asked. */
const post =
  "POST /work HTTP/1.1\r\nHost: story.test\r\nContent-Length: 100000000\r\n\r\nthe first few";
const silence = (): void => undefined;
const half = (response: ServerResponse): void => {
  response.writeHead(200, { "Content-Length": 1_000_000 });
  response.write("half of it");
};

const cases: readonly Case[] = [
  { name: "by a reset, waiting", says: get, leaves: "cut", answer: silence, logged: 499 },
  { name: "by a FIN, waiting", says: get, leaves: "end", answer: silence, logged: 499 },
  { name: "by closing, waiting", says: get, leaves: "close", answer: silence, logged: 499 },
  { name: "in its upload", says: post, leaves: "close", answer: silence, logged: 499 },
  {
    name: "in its download, by closing",
    says: get,
    hears: "half of it",
    leaves: "close",
    answer: half,
    logged: 200,
  },
  {
    name: "in its download, by a reset",
    says: get,
    hears: "half of it",
    leaves: "cut",
    answer: half,
    logged: 200,
  },
];

for (const { name, says, hears, leaves, answer, logged } of cases) {
  void test(`story: a client leaves ${name}, and its upstream hears of it`, async (t) => {
    const { asked, gone, port } = await startUpstream(t, answer);
    const foregate = await startForegate(t, everythingTo(port));
    const client = await connectClient(foregate.port);
    client.say(says);
    await within(asked, "the request arrives");
    if (hears !== undefined) await client.expect(hears);

    if (leaves === "end") client.end();
    else if (leaves === "cut") client.cut();
    else client.close();
    await within(gone, "the upstream hears of it", () => "", toldMs);
    client.close();

    const { status, failure } = await foregate.logLine(({ target }) => target === "/work");
    assert.deepEqual({ status, failure }, { status: logged, failure: "client-gone" });
  });
}

/** One that computes for ever, and says when it is asked and when it may stop. */
async function startUpstream(
  t: TestContext,
  answer: Case["answer"],
): Promise<{ readonly asked: Promise<void>; readonly gone: Promise<void>; readonly port: number }> {
  const asked = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    request.on("error", silence).resume();
    response.once("close", gone.resolve);
    answer(response);
    asked.resolve();
  };
  const { port } = await listening(t, createServer(onRequest));
  return { asked: asked.promise, gone: gone.promise, port };
}

void test("story: a client that ended its own side gets the rest while it comes", async (t) => {
  const pieces = 20;
  const { port } = await listening(
    t,
    createServer((_, response) => {
      let count = 0;
      const timer = setInterval(() => {
        response.write(`piece ${(count += 1)}\n`);
        if (count < pieces) return;
        clearInterval(timer);
        response.end();
      }, 50);
    }),
  );
  const foregate = await startForegate(t, everythingTo(port));
  const client = await connectClient(foregate.port);
  t.after(() => client.close());
  client.say(get);
  await client.expect("piece 1\n");
  client.end();
  await client.expect(`piece ${pieces}\n`);
  assert.match(await client.expectEnd(), /\r\n0\r\n\r\n$/);
});
