/**
 * The life of an exchange as a table: the order of the words is the assertion. The client's leg and
 * the rooms write down what reaches them.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Budget } from "../../src/base/budget.ts";
import { bufferOptions, routeBuffering } from "../../src/buffering/options.ts";
import type { AccessOptions } from "../../src/access/options.ts";
import { PasswordChecks } from "../../src/access/password-checks.ts";
import { Failure, type FailureCode } from "../../src/base/failure.ts";
import { Bandwidth } from "../../src/limits/bandwidth.ts";
import { Spools } from "../../src/buffering/spools.ts";
import { Clock } from "../../src/base/clock.ts";
import { Wheel } from "../../src/base/wheel.ts";
import { IpSet } from "../../src/base/ip-set.ts";
import { Exchange } from "../../src/exchange/exchange.ts";
import { HookRunner } from "../../src/exchange/hook-runner.ts";
import { HookTrouble } from "../../src/exchange/hook-trouble.ts";
import type { Action, Plan, RoutePlan } from "../../src/exchange/plan.ts";
import type { Rooms } from "../../src/exchange/rooms.ts";
import { serve } from "../../src/exchange/serve.ts";
import { Fields } from "../../src/http/fields.ts";
import type { RequestHead, ResponseHead } from "../../src/http/head.ts";
import type { ClientLeg } from "../../src/http/leg.ts";
import { RequestIds } from "../../src/http/request-id.ts";
import { clientLimits, clientTimeouts } from "../../src/limits/options.ts";
import type { MaintenanceOptions } from "../../src/maintenance/options.ts";
import { newCounters } from "../../src/observe/counters.ts";
import type { RequestHook } from "../../src/rewriting/hooks.ts";
import { upstreamTimeouts } from "../../src/upstream/options.ts";

interface Case {
  readonly name: string;
  readonly head?: Partial<RequestHead>;
  readonly fields?: readonly (readonly [string, string])[];
  readonly action?: Action;
  readonly access?: Partial<AccessOptions>;
  readonly maintenance?: Partial<MaintenanceOptions>;
  readonly hook?: RequestHook;
  readonly bodyBytesMax?: number;
  readonly inFlight?: number;
  /** Before it begins. */
  readonly aborted?: FailureCode;
  /** What the router does instead of finding the route. */
  readonly router?: () => RoutePlan | undefined;
  readonly want: string;
}

const hello: Action = {
  type: "respond",
  status: 200,
  fields: [],
  body: Buffer.from("hello"),
  file: undefined,
};
const proxyToNowhere: Action = {
  type: "proxy",
  pool: 0,
  timeouts: upstreamTimeouts,
  upgrades: [],
};

const hash = { algorithm: "bcrypt", text: "right" } as const;

/** The password of `me` is "right". */
const basic: AccessOptions["basic"] = {
  users: new Map([["me", hash]]),
  hashes: [hash],
  challenge: 'Basic realm="x"',
  forward: true,
};

const login = (pair: string): Pick<Case, "fields"> => ({
  fields: [["Authorization", `Basic ${Buffer.from(pair).toString("base64")}`]],
});

const cases: readonly Case[] = [
  { name: "respond", want: "match 200 Content-Length=5 body=hello end log" },
  { name: "respond to HEAD", head: { method: "HEAD" }, want: "match 200 Content-Length=5 end log" },
  {
    name: "redirect",
    action: { type: "redirect", status: 308, location: ["https://a.example/"] },
    want: "match 308 Content-Length=0 end log",
  },
  { name: "no route", router: () => undefined, want: "match 404 problem end log no-route" },
  {
    name: "a whole URL for somebody else",
    head: { absolute: true },
    router: () => undefined,
    want: "match 405 problem end log method-not-allowed",
  },
  { name: "TRACE", head: { method: "TRACE" }, want: "405 problem end log method-not-allowed" },
  { name: "CONNECT", head: { method: "CONNECT" }, want: "405 problem end log method-not-allowed" },
  {
    name: "a loop",
    fields: [["Via", "1.1 other, 1.1 foregate-test"]],
    want: "508 problem end log loop-detected",
  },
  {
    name: "OPTIONS that goes no further",
    head: { method: "OPTIONS", target: "*" },
    fields: [["Max-Forwards", "0"]],
    want: "204 end log",
  },
  {
    name: "an address that is denied, before any limit",
    access: { deny: IpSet.of(["192.0.2.0/24"]) },
    inFlight: 3,
    want: "match 403 problem end log access-denied",
  },
  {
    name: "an address that is not allowed, before any password",
    access: { allow: IpSet.of(["192.0.2.2"]), basic },
    ...login("me:right"),
    want: "match 403 problem end log access-denied",
  },
  {
    name: "no password, before any limit",
    access: { basic },
    inFlight: 3,
    want: "match 401 problem end log unauthorized",
  },
  {
    name: "a wrong password",
    access: { basic },
    ...login("me:wrong"),
    want: "match verify 401 problem end log unauthorized",
  },
  {
    name: "an unknown user costs the same",
    access: { basic },
    ...login("you:right"),
    want: "match verify 401 problem end log unauthorized",
  },
  {
    name: "an address and a password that are right",
    access: { allow: IpSet.of(["192.0.2.1"]), basic },
    ...login("me:right"),
    want: "match verify 200 Content-Length=5 body=hello end log",
  },
  {
    name: "limits come after a right password",
    access: { basic },
    ...login("me:right"),
    inFlight: 3,
    want: "match verify 503 problem end log overloaded",
  },
  {
    name: "what cannot be verified is a bug, and nobody gets in",
    access: { basic },
    ...login("me:bug"),
    want: "match verify bug 500 problem end log internal",
  },
  {
    name: "maintenance comes after access",
    access: { deny: IpSet.of(["192.0.2.0/24"]) },
    maintenance: {},
    want: "match 403 problem end log access-denied",
  },
  {
    name: "maintenance comes after a right password, before any limit",
    access: { basic },
    maintenance: {},
    ...login("me:right"),
    inFlight: 3,
    want: "match verify 503 problem end log maintenance",
  },
  {
    name: "maintenance, but not for this address",
    maintenance: { allow: IpSet.of(["192.0.2.1"]) },
    want: "match 200 Content-Length=5 body=hello end log",
  },
  {
    name: "maintenance by a file that is there",
    maintenance: { whileFile: "/there", allow: IpSet.of(["192.0.2.2"]) },
    want: "match 503 problem end log maintenance",
  },
  {
    name: "maintenance by a file that is not there",
    maintenance: { whileFile: "/elsewhere" },
    want: "match 200 Content-Length=5 body=hello end log",
  },
  {
    name: "maintenance at a path without a route",
    action: { type: "nothing" },
    maintenance: {},
    want: "match 503 problem end log maintenance",
  },
  {
    name: "nothing where a site is guarded",
    action: { type: "nothing" },
    want: "match 404 problem end log no-route",
  },
  { name: "too many in flight", inFlight: 3, want: "match 503 problem end log overloaded" },
  {
    name: "a body that is too long is refused unread",
    head: { method: "POST", body: "sized", contentLength: 11 },
    bodyBytesMax: 10,
    want: "match 413 problem end log body-too-large",
  },
  { name: "no pool", action: proxyToNowhere, want: "match 503 problem end log no-upstream" },
  {
    name: "a hook that answers",
    action: proxyToNowhere,
    hook: (_, to) => to.respond({ body: "hooked" }),
    want: "match 200 Content-Length=6 body=hooked end log",
  },
  {
    name: "a hook that has nothing new",
    action: proxyToNowhere,
    hook: (_, to) => to.respond({ status: 304 }),
    want: "match 304 end log",
  },
  {
    name: "a hook that fails",
    action: proxyToNowhere,
    hook: () => Promise.reject(new Error("why")),
    want: "match told 500 problem end log hook-failed",
  },
  {
    name: "a hook that lets pass",
    action: proxyToNowhere,
    hook: () => {},
    want: "match 503 problem end log no-upstream",
  },
  {
    name: "limits come before hooks",
    action: proxyToNowhere,
    hook: () => assert.fail("too early"),
    inFlight: 3,
    want: "match 503 problem end log overloaded",
  },
  {
    name: "forward proxy",
    action: { type: "forward" },
    want: "match 405 problem end log method-not-allowed",
  },
  { name: "its client left before it began", aborted: "client-gone", want: "log client-gone" },
  {
    name: "the program stops before it began",
    aborted: "draining",
    want: "503 problem end log draining",
  },
  {
    name: "a bug",
    router: () => {
      throw new TypeError("a bug");
    },
    want: "match bug 500 problem end log internal",
  },
];

for (const example of cases) {
  void test(`serve: ${example.name}`, async () => {
    const words: string[] = [];
    const rooms = roomsOf(example, words);
    const x = new Exchange(headOf(example), legOf(words), peer, {
      plan: planOf(example, words),
      nowMs: 0,
    });
    if (example.aborted !== undefined) x.abort(new Failure(example.aborted, "before it began"));
    await serve(x, rooms);
    words.push("log", ...(x.failure === undefined ? [] : [x.failure.code]));
    assert.equal(words.join(" "), example.want);
    assert.equal(rooms.counters.exchangesEnded, 1);
    assert.equal(rooms.counters.exchangesInFlight, example.inFlight ?? 0);
  });
}

const peer = { address: "192.0.2.1", isTrusted: false };

function headOf({ head, fields = [] }: Case): RequestHead {
  return {
    method: "GET",
    target: "/",
    scheme: "http",
    authority: "a.example",
    host: "a.example",
    absolute: false,
    version: "1.1",
    fields: Fields.of(fields),
    body: "none",
    contentLength: -1,
    expectsContinue: false,
    upgrade: undefined,
    wantsTrailers: false,
    ...head,
  };
}

function planOf(example: Case, words: string[]): Plan {
  const { action = hello, bodyBytesMax = 0, hook, router } = example;
  const everybody = { allow: undefined, deny: undefined, basic: undefined };
  const access = example.access && { ...everybody, ...example.access };
  const open = { allow: undefined, whileFile: undefined, retryAfterSeconds: undefined };
  const nothing = {
    access,
    maintenance: example.maintenance && { ...open, ...example.maintenance },
    mapping: undefined,
    fieldRules: undefined,
    hooks: hook && { request: { run: hook, cacheable: false }, response: undefined, folder: "." },
    errorPages: undefined,
  };
  const buffering = routeBuffering;
  const bandwidth = undefined;
  const route = { name: "r", row: 0, action, bodyBytesMax, buffering, bandwidth, ...nothing };
  const find = router ?? (() => route);
  return {
    listeners: [],
    router: {
      match: () => {
        words.push("match");
        return find();
      },
    },
    pools: [],
    trust: IpSet.of([]),
    limits: { ...clientLimits, exchangesMax: 2 },
    timeouts: clientTimeouts,
    buffer: bufferOptions,
    forwarded: { rfc7239: false },
    accessLog: undefined,
    errorPages: undefined,
    metrics: undefined,
    switchFiles: [],
    drainMs: 0,
    drainDelayMs: 0,
  };
}

function roomsOf(example: Case, words: string[]): Rooms {
  const { inFlight = 0 } = example;
  const counters = newCounters();
  counters.exchangesInFlight = inFlight;
  return {
    plan: planOf({ ...example, inFlight: 0 }, []),
    inFlight: 0,
    pools: [],
    stats: undefined,
    routeRows: [],
    bandwidth: new Bandwidth(() => 0),
    spools: new Spools({
      memory: new Budget(1_000_000),
      store: undefined,
      nowMs: () => 0,
      counts: newCounters(),
    }),
    counters,
    nowMs: () => 0,
    clock: new Clock(0, 0),
    accessLog: undefined,
    requestIds: new RequestIds(1, 2),
    passwords: new PasswordChecks({
      verify: (_, password) => {
        words.push("verify");
        return password === "bug"
          ? Promise.reject(new Error("a bug"))
          : Promise.resolve(password === "right");
      },
      nowMs: () => 0,
      secret: Buffer.alloc(32),
    }),
    switches: { isThere: (file) => file === "/there" },
    hooks: runnerOf(words),
    random: () => 0.5,
    pseudonym: "foregate-test",
    onBug: () => words.push("bug"),
  };
}

function runnerOf(words: string[]): HookRunner {
  const clock = new Clock(0, 0);
  return new HookRunner(new Wheel(0), clock, new HookTrouble(clock, () => words.push("told")));
}

function legOf(words: string[]): ClientLeg {
  const isProblem = (piece: Buffer): boolean => piece.includes('"status":');
  return {
    attach: () => words.push("attach"),
    sendHead: (head: ResponseHead) => {
      words.push(String(head.status));
      if (head.status < 400 && head.contentLength >= 0) {
        words.push(`Content-Length=${head.contentLength}`);
      }
    },
    sendBody: (piece) => {
      words.push(isProblem(piece) ? "problem" : `body=${piece.toString()}`);
      return 1;
    },
    queued: () => 0,
    hasWholeBody: true,
    sendEnd: () => words.push("end"),
    flush: () => words.push("flush"),
    consumed: () => words.push("consumed"),
    abort: () => words.push("abort"),
  };
}
