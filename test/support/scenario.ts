/**
 * A scenario: client, proxy and upstreams on one page, each with its lines, in the order in which
 * it says and hears them.
 *
 *   scenario("a retry goes to the other upstream", {
 *     config: ({ a, b }) => ({ sites: { "*": { proxy: { to: [a, b] } } } }),
 *     a: [accept(), expect("GET /"), cut()],
 *     b: [expect("GET /"), say("HTTP/1.1 204 No Content\r\n\r\n")],
 *     client: [say("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), expect("HTTP/1.1 204")],
 *   });
 *
 * All parties play at once; one waits for another with `signal` and `wait`. An upstream that
 * expects something takes the next connection by itself, if it has none that is open.
 */

import { test } from "node:test";

import type { Transport } from "../../src/transport/channel.ts";
import type { PlanChanges } from "./plan.ts";
import { startProxy, type Proxy } from "./proxy.ts";
import { connectClient } from "./scripted-client.ts";
import { ScriptedUpstream } from "./scripted-upstream.ts";
import { pause as sleep, thenAlways, within } from "./within.ts";
import type { WireEnd } from "./wire-end.ts";

export interface Scenario extends PlanChanges {
  /** By default everything goes to `a`. It is given the upstreams' addresses. */
  readonly config?: (to: Addresses) => unknown;
  /** Time stands still but for `pass`. */
  readonly scriptsTime?: boolean;
  readonly client: Script;
  readonly otherClient?: Script;
  readonly a?: Script;
  readonly b?: Script;
  readonly transport?: Transport;
  /** What the proxy tells the operator of, in order; by default nothing. */
  readonly troubles?: readonly RegExp[];
  /** Looks at the proxy when all have played. */
  readonly check?: (proxy: Proxy, upstreams: Upstreams) => void | Promise<void>;
}

export type Script = readonly Step[];

interface Upstreams {
  readonly a: ScriptedUpstream;
  readonly b: ScriptedUpstream;
}

interface Addresses {
  readonly a: string;
  readonly b: string;
}

/** What a step can reach. */
export interface Actor {
  /** The party's connection, made if there is none. */
  readonly wire: () => Promise<WireEnd>;
  /** The next step takes a new one. */
  readonly leave: () => void;
  readonly stage: Stage;
  /** undefined: the party is a client. */
  readonly upstream: ScriptedUpstream | undefined;
}

interface Stage {
  readonly proxy: Proxy;
  readonly signals: Signals;
}

export type Step = (actor: Actor) => Promise<void>;

export function scenario(name: string, scene: Scenario): void {
  void test(name, () => play(scene));
}

async function play(scene: Scenario): Promise<void> {
  const upstreams: Upstreams = { a: new ScriptedUpstream("a"), b: new ScriptedUpstream("b") };
  await upstreams.a.listen();
  await upstreams.b.listen();
  const closing = async (): Promise<void> => {
    await upstreams.a.close();
    await upstreams.b.close();
  };
  await thenAlways(() => playBefore(scene, upstreams, closing), closing);
}

async function playBefore(
  scene: Scenario,
  upstreams: Upstreams,
  closeUpstreams: () => Promise<void>,
): Promise<void> {
  const { address: a } = upstreams.a;
  const { address: b } = upstreams.b;
  const config = scene.config?.({ a, b }) ?? { sites: { "*": a } };
  const proxy = await startProxy({ ...scene, config });
  const stage: Stage = { proxy, signals: new Signals() };
  const clients: WireEnd[] = [];
  const dial = async (): Promise<WireEnd> => {
    const client = await connectClient(proxy.port, `client ${clients.length + 1}`);
    clients.push(client);
    return client;
  };
  const playing = async (): Promise<void> => {
    await Promise.all([
      perform("client", scene.client, { stage, connect: dial }),
      perform("other client", scene.otherClient, { stage, connect: dial }),
      perform("a", scene.a, partOf(upstreams.a, stage)),
      perform("b", scene.b, partOf(upstreams.b, stage)),
    ]);
    await scene.check?.(proxy, upstreams);
  };
  await thenAlways(playing, async () => {
    for (const client of clients) client.close();
    await closeUpstreams();
    await proxy.close();
  });
}

interface Part {
  readonly stage: Stage;
  readonly upstream?: ScriptedUpstream;
  readonly connect: () => Promise<WireEnd>;
}

function partOf(upstream: ScriptedUpstream, stage: Stage): Part {
  return { stage, upstream, connect: () => upstream.nextConnection() };
}

async function perform(name: string, script: Script = [], part: Part): Promise<void> {
  const { stage, connect, upstream } = part;
  let wire: WireEnd | undefined;
  const actor: Actor = {
    stage,
    upstream,
    wire: async () => (wire ??= await connect()),
    leave: () => (wire = undefined),
  };
  for (const [at, step] of script.entries()) {
    try {
      await step(actor);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${name}, step ${at + 1}: ${reason}`, { cause: error });
    }
  }
}

/** Names that one party calls and others wait for. */
class Signals {
  readonly #called = new Map<string, PromiseWithResolvers<void>>();

  of(name: string): PromiseWithResolvers<void> {
    const known = this.#called.get(name) ?? Promise.withResolvers<void>();
    this.#called.set(name, known);
    return known;
  }
}

// The lines of a script.

const onWire =
  (act: (wire: WireEnd) => void | Promise<unknown>): Step =>
  async ({ wire }) => {
    await act(await wire());
  };

export const say = (...lines: readonly string[]): Step =>
  onWire((wire) => wire.say(lines.join("")));
export const sayPieces = (text: string, bytes?: number): Step =>
  onWire((wire) => wire.sayPieces(text, bytes));
export const sayAll = (bytes: Buffer): Step => onWire((wire) => wire.sayAll(bytes));
export const expect = (text: string): Step => onWire((wire) => wire.expect(text));
export const expectMatch = (pattern: RegExp): Step => onWire((wire) => wire.expectMatch(pattern));
export const expectSilence = (ms?: number): Step => onWire((wire) => wire.expectSilence(ms));
export const stall = (): Step => onWire((wire) => wire.stall());
export const resume = (): Step => onWire((wire) => wire.resume());
/** A FIN; the other direction stays. */
export const end = (): Step => onWire((wire) => wire.end());

/** What comes up to the FIN must be this. */
export const expectEnd = (rest?: string | RegExp): Step =>
  onWire(async (wire) => matchRest(await wire.expectEnd(), rest));
export const expectReset = (): Step => onWire((wire) => wire.expectReset());
/** A FIN or a reset: the other side has given the connection up. */
export const expectGone = (): Step => onWire((wire) => wire.expectGone());

/** Looks at what came since the last `expect`. */
export const look = (see: (rest: string, wire: WireEnd) => void): Step =>
  onWire((wire) => see(wire.rest, wire));

/** A new connection: the next one that is made to an upstream, or one more of a client. */
export const accept = (): Step => async (actor) => {
  actor.leave();
  await actor.wire();
};
export const connectAgain = (): Step => accept();

/** Cuts the connection with a reset; the next step takes a new one. */
export const cut = (): Step => async (actor) => {
  (await actor.wire()).cut();
  actor.leave();
};

/** Closes the connection; the next step takes a new one. */
export const close = (): Step => async (actor) => {
  (await actor.wire()).close();
  actor.leave();
};

/** The upstream accepts nothing more. */
export const stopListening =
  (): Step =>
  async ({ upstream }) =>
    upstream?.stopListening();

export const signal =
  (name: string): Step =>
  async ({ stage }) =>
    stage.signals.of(name).resolve();

export const wait =
  (name: string): Step =>
  ({ stage }) =>
    within(stage.signals.of(name).promise, `the signal "${name}"`);

/** On the scripted clock. */
export const pass =
  (ms: number): Step =>
  ({ stage }) =>
    stage.proxy.pass(ms);

/** On the real clock: only where nothing tells of what is waited for. */
export const pause =
  (ms: number): Step =>
  () =>
    sleep(ms);

function matchRest(rest: string, wanted: string | RegExp | undefined): void {
  if (wanted === undefined) return;
  const isRight = typeof wanted === "string" ? rest === wanted : wanted.test(rest);
  if (!isRight) throw new Error(`expects ${String(wanted)} up to the end, got ${rest}`);
}
