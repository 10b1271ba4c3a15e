/**
 * An upstream that restarts: what is asked meanwhile gets a 502 at once, what is asked after it is
 * served, and requests that ran into a connection which the old one left behind are sent again
 * without the client noticing, if they may be.
 */

import assert from "node:assert/strict";
import { Agent, createServer, request, type Server } from "node:http";
import { test, type TestContext } from "node:test";

import { ScriptedUpstream } from "../support/scripted-upstream.ts";
import { readRequest } from "../support/recorder.ts";
import { within } from "../support/within.ts";
import { everythingTo, startForegate } from "./foregate-program.ts";
import { closed, listening } from "./listening.ts";

interface Answer {
  readonly status: number;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** Over connections that are kept, as applications ask. */
function ask(t: TestContext, url: string): (method?: string) => Promise<Answer> {
  const agent = new Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  return (method = "GET") => {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const asked = request(url, { agent, method }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
      response.once("end", () => {
        resolve({ status: response.statusCode ?? 0, fields: response.headers, text });
      });
      response.once("error", reject);
    });
    asked.once("error", reject).end();
    return within(promise, `${method} is answered`, () => "", 2_000);
  };
}

function generation(text: string): Server {
  return createServer((_, response) => response.end(text));
}

void test("story: during a restart there are 502s, and none after it", async (t) => {
  const first = await listening(t, generation("first"));
  const { port } = first;
  const foregate = await startForegate(t, everythingTo(port));
  const get = ask(t, foregate.url);
  assert.equal((await get()).text, "first");
  assert.equal((await get()).text, "first");

  // Its kept connections die with it.
  await closed(first.server);
  for (let count = 0; count < 5; count++) {
    const { status, fields } = await get();
    assert.equal(status, 502);
    assert.match(String(fields["proxy-status"]), /^foregate; error=connection_refused/);
  }
  await listening(t, generation("second"), port);
  for (let count = 0; count < 5; count++) assert.equal((await get()).text, "second");
  const { failure } = await foregate.logLine(({ status }) => status === 502);
  assert.equal(failure, "connect-refused");
});

void test("story: a restart under load fails some requests, and hangs none", async (t) => {
  const first = await listening(t, generation("first"));
  const { port } = first;
  const { url } = await startForegate(t, everythingTo(port));
  const statuses = new Map<number, number>();
  let isOver = false;
  const client = async (): Promise<void> => {
    const get = ask(t, url);
    while (!isOver) {
      const { status, text } = await get();
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status === 200) assert.match(text, /^(?:first|second)$/);
      // Enough to hit each moment of it, and not a busy loop.
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };
  const clients = Array.from({ length: 8 }, client);
  const restart = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    await closed(first.server);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await listening(t, generation("second"), port);
    await new Promise((resolve) => setTimeout(resolve, 200));
    isOver = true;
  };
  await Promise.all([restart(), ...clients]);
  assert.deepEqual(new Set(statuses.keys()), new Set([200, 502]));
  const get = ask(t, url);
  assert.equal((await get()).text, "second");
});

/** Answers the first request of each connection, and dies of the second one without a word. */
async function startForgetful(
  t: TestContext,
): Promise<{ readonly upstream: ScriptedUpstream; readonly seen: string[] }> {
  const seen: string[] = [];
  const upstream = new ScriptedUpstream("forgetful", (connection) => {
    let at = 0;
    connection.watch(() => {
      const found = readRequest(connection.received, at);
      if (found === undefined) return;
      const isFirst = at === 0;
      at = found.end;
      seen.push(`${found.request.line.split(" ", 1)[0]} ${isFirst ? "answered" : "cut"}`);
      if (isFirst) connection.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      else connection.close();
    });
  });
  await upstream.listen();
  t.after(() => upstream.close());
  return { upstream, seen };
}

void test("story: a GET on a connection that turns out dead is sent again", async (t) => {
  const { upstream, seen } = await startForgetful(t);
  const { url } = await startForegate(t, everythingTo(upstream.port));
  const get = ask(t, url);
  for (let count = 0; count < 6; count++) {
    const { status, text } = await get();
    assert.deepEqual({ status, text }, { status: 200, text: "ok" });
  }
  // Every second one was cut once, and asked again on a new connection.
  assert.deepEqual(seen.slice(0, 5), [
    "GET answered",
    "GET cut",
    "GET answered",
    "GET cut",
    "GET answered",
  ]);
});

void test("story: a POST on a connection that turns out dead is not sent twice", async (t) => {
  const { upstream, seen } = await startForgetful(t);
  const { url } = await startForegate(t, everythingTo(upstream.port));
  const send = ask(t, url);
  assert.equal((await send("GET")).status, 200);
  // Used a moment ago, so it is taken; whether the upstream acted on it, nobody can know.
  assert.equal((await send("POST")).status, 502);
  assert.deepEqual(seen, ["GET answered", "POST cut"]);
});
