/**
 * What hooks are given: `from` is frozen, and what is set on `to` is checked as bytes from outside
 * are. Each row is what a hook does, and what is left in the head or why it may not.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Fields } from "../../src/http/fields.ts";
import { bareRequest, type RequestHead, type ResponseHead } from "../../src/http/head.ts";
import { HookTurn } from "../../src/rewriting/hook-turn.ts";
import {
  requestFrom,
  requestTo,
  responseFrom,
  responseTo,
} from "../../src/rewriting/hook-views.ts";
import type { RequestFrom, RequestTo, ResponseTo } from "../../src/rewriting/hooks.ts";

const lines: readonly (readonly [string, string])[] = [
  ["Accept", "a/b"],
  ["X-Two", "1"],
  ["x-two", "2"],
  ["Cookie", "caf\xe9"],
];

function requestHead(target = "/a%20b?c=d&e"): RequestHead {
  const head = bareRequest({ method: "POST", target, host: "a.example" });
  return { ...head, authority: "a.example:8080", fields: Fields.of(lines) };
}

function responseHead(status = 200): ResponseHead {
  return {
    status,
    reason: "Fine",
    version: "1.1",
    fields: Fields.of([...lines, ["Set-Cookie", "a=1"], ["Set-Cookie", "b=2"]]),
    body: "sized",
    contentLength: 5,
    upgrade: undefined,
  };
}

const caller = { client: "192.0.2.1", user: "me", requestId: "r1" };

void test("hooks: what a request says of itself", () => {
  const { fields, ...said } = requestFrom(requestHead(), caller);
  assert.deepEqual(said, {
    method: "POST",
    scheme: "http",
    host: "a.example",
    authority: "a.example:8080",
    target: "/a%20b?c=d&e",
    path: "/a%20b",
    query: "c=d&e",
    ...caller,
  });
  assert.deepEqual(fields.entries(), lines);
  assert.equal(fields.get("X-TWO"), "1, 2");
  assert.deepEqual(fields.getAll("x-two"), ["1", "2"]);
  assert.equal(fields.get("cookie"), "caf\xe9");
  assert.equal(fields.has("accept"), true);
  assert.equal(fields.has("x-none"), false);
  assert.equal(fields.get("x-none"), undefined);
  assert.equal(fields.get("no name"), undefined);
});

void test("hooks: cookies that are set are never joined", () => {
  const { fields, status } = responseFrom(from, 503, responseHead().fields);
  assert.equal(status, 503);
  assert.equal(fields.get("set-cookie"), "a=1");
  assert.deepEqual(fields.getAll("set-cookie"), ["a=1", "b=2"]);
});

const from = requestFrom(requestHead(), caller);

/** What a program without types may try. */
type Loose = Record<string, unknown>;

const frozen: Readonly<Record<string, () => unknown>> = {
  "a request's host": () => ((from as unknown as Loose)["host"] = "b"),
  "a new member": () => ((from as unknown as Loose)["tenant"] = "b"),
  "a method of its fields": () => ((from.fields as unknown as Loose)["get"] = () => "b"),
  "an answer's status": () => {
    const answer = responseFrom(from, 200, new Fields());
    return ((answer as unknown as Loose)["status"] = 404);
  },
  "what nobody would read": () => {
    const to = requestTo(requestHead(), new HookTurn());
    return ((to as unknown as Loose)["method"] = "GET");
  },
};

for (const [name, change] of Object.entries(frozen)) {
  void test(`hooks: ${name} cannot be changed`, () => assert.throws(change, TypeError));
}

interface RequestCase {
  readonly name: string;
  readonly target?: string;
  readonly act: (to: RequestTo, seen: RequestFrom) => void;
  /** The target, the authority, and the names and values after those that came. */
  readonly want?: readonly [target: string, authority: string, added: string];
  readonly error?: RegExp;
}

const unchanged = ["/a%20b?c=d&e", "a.example:8080", ""] as const;
const withTarget = (target: string) => [target, "a.example:8080", ""] as const;

const requestCases: readonly RequestCase[] = [
  { name: "nothing", act: () => {}, want: unchanged },
  {
    name: "a field is set",
    act: ({ fields }) => fields.set("x-a", "1"),
    want: ["/a%20b?c=d&e", "a.example:8080", "x-a=1"],
  },
  {
    name: "a field is added twice, and read",
    act: ({ fields }) => {
      fields.add("x-a", "1");
      fields.add("x-a", fields.get("x-a") ?? "none");
    },
    want: ["/a%20b?c=d&e", "a.example:8080", "x-a=1 x-a=1"],
  },
  {
    name: "a field is removed in any case",
    act: ({ fields }) => {
      fields.add("X-A", "1");
      fields.remove("x-a");
    },
    want: unchanged,
  },
  { name: "the path", act: (to) => (to.path = "/x/../y"), want: withTarget("/x/../y?c=d&e") },
  { name: "the query", act: (to) => (to.query = "z=?"), want: withTarget("/a%20b?z=?") },
  { name: "no query", act: (to) => (to.query = ""), want: withTarget("/a%20b") },
  {
    name: "the path of one without a query",
    target: "/a",
    act: (to) => (to.path += "b"),
    want: withTarget("/ab"),
  },
  {
    name: "the authority",
    act: (to) => (to.authority = "B.example"),
    want: ["/a%20b?c=d&e", "b.example", ""],
  },
  {
    name: "a value that came",
    act: ({ fields }, { fields: came }) => fields.set("x-a", came.get("cookie") ?? ""),
    want: ["/a%20b?c=d&e", "a.example:8080", "x-a=caf\xe9"],
  },
  ...["a\r\nX: y", "a\nb", "a\rb", "a\0b", " a", "a ", "a\x7f", "日"].map((value) => ({
    name: `the value ${JSON.stringify(value)}`,
    act: ({ fields }: RequestTo) => fields.set("x-a", value),
    error: /want text of one line/,
  })),
  ...["", "a b", "x:", "x\r\ny", "é"].map((name) => ({
    name: `the name ${JSON.stringify(name)}`,
    act: ({ fields }: RequestTo) => fields.add(name, "a"),
    error: /want a field's name/,
  })),
  ...["Content-Length", "transfer-encoding", "Connection", "Keep-Alive", "TE", "Upgrade"].flatMap(
    (name) => [
      {
        name: `${name} is set`,
        act: ({ fields }: RequestTo) => fields.set(name, "1"),
        error: /made anew/,
      },
      {
        name: `${name} is removed`,
        act: ({ fields }: RequestTo) => fields.remove(name),
        error: /made anew/,
      },
    ],
  ),
  {
    name: "what some servers take for a length",
    act: ({ fields }) => fields.set("Content_Length", "1"),
    error: /take it for another/,
  },
  {
    name: "Host as a field",
    act: ({ fields }) => fields.set("host", "b.example"),
    error: /`authority`/,
  },
  {
    name: "a value that is no text",
    act: ({ fields }) => fields.set("x-a", 1 as unknown as string),
    error: /found 1/,
  },
  ...["", "x", "*", "/a b", "/a\r\n", "/a?b", "/a#b", "/é", "http://b.example/"].map((path) => ({
    name: `the path ${JSON.stringify(path)}`,
    act: (to: RequestTo) => void (to.path = path),
    error: /Cannot set path/,
  })),
  ...["a b", "a#b", "a\n", "é"].map((query) => ({
    name: `the query ${JSON.stringify(query)}`,
    act: (to: RequestTo) => void (to.query = query),
    error: /Cannot set query/,
  })),
  {
    name: "a query where there is no path",
    target: "*",
    act: (to) => (to.query = "a"),
    error: /no path/,
  },
  ...["", "a b", "a\r\nX: y", "user@a", "a:99999", "a, b"].map((authority) => ({
    name: `the authority ${JSON.stringify(authority)}`,
    act: (to: RequestTo) => void (to.authority = authority),
    error: /Cannot set authority/,
  })),
];

for (const { name, target, act, want = unchanged, error } of requestCases) {
  void test(`request hook: ${name}`, () => {
    const head = requestHead(target);
    const to = requestTo(head, new HookTurn());
    const [path, authority, added] = want;
    if (error === undefined) act(to, from);
    else assert.throws(() => act(to, from), error);
    assert.equal(head.target, error === undefined ? path : (target ?? path));
    assert.equal(head.authority, authority);
    assert.equal(linesOf(head.fields).slice(lines.length).join(" "), added);
  });
}

interface ResponseCase {
  readonly name: string;
  readonly status?: number;
  readonly act: (to: ResponseTo) => void;
  /** The status line, or the answer in its place. */
  readonly want?: string;
  readonly error?: RegExp;
}

const responseCases: readonly ResponseCase[] = [
  { name: "another status", act: (to) => (to.status = 404), want: "404 reason-404" },
  { name: "the same status", act: (to) => (to.status = 200), want: "200 Fine" },
  ...[99, 199, 600, 200.5, Number.NaN].map((status) => ({
    name: `the status ${status}`,
    act: (to: ResponseTo) => void (to.status = status),
    error: /want a status from 200 to 599/,
  })),
  ...[204, 205, 304].flatMap((status) => [
    {
      name: `a body becomes none by ${status}`,
      act: (to: ResponseTo) => void (to.status = status),
      error: /`respond` gives another/,
    },
    {
      name: `none by ${status} becomes a body`,
      status,
      act: (to: ResponseTo) => void (to.status = 200),
      error: /`respond` gives another/,
    },
  ]),
  { name: "respond", act: (to) => to.respond({}), want: "200 []" },
  {
    name: "respond with text",
    act: (to) => to.respond({ status: 418, body: "né" }),
    want: "418 [Content-Type=text/plain; charset=utf-8] n\xc3\xa9",
  },
  {
    name: "respond with bytes and fields",
    act: (to) =>
      to.respond({ headers: { "x-a": ["1", "2"], "content-type": "a/b" }, body: Buffer.from("x") }),
    want: "200 [x-a=1 x-a=2 content-type=a/b] x",
  },
  { name: "redirect", act: (to) => to.redirect("/x"), want: "302 [Location=/x]" },
  { name: "redirect for good", act: (to) => to.redirect("//b/", 308), want: "308 [Location=//b/]" },
  { name: "file", act: (to) => to.file("./x.html"), want: "200 [] ./x.html" },
  {
    name: "file with fields",
    act: (to) => to.file("x", 503, { "retry-after": "5" }),
    want: "503 [retry-after=5] x",
  },
  {
    name: "an answer after another",
    act: (to) => {
      to.respond({});
      to.redirect("/x");
    },
    error: /answered already/,
  },
  ...["../x", "a/../../x", "a\\..\\x", "..", ""].map((path) => ({
    name: `the file ${JSON.stringify(path)}`,
    act: (to: ResponseTo) => to.file(path),
    error: /Cannot answer with file/,
  })),
  { name: "a file with 304", act: (to) => to.file("x", 304), error: /has no body/ },
  { name: "text with 204", act: (to) => to.respond({ status: 204, body: "x" }), error: /no body/ },
  { name: "respond 101", act: (to) => to.respond({ status: 101 }), error: /want a status/ },
  {
    name: "a length of its own",
    act: (to) => to.respond({ headers: { "content-length": "3" } }),
    error: /made anew/,
  },
  {
    name: "a line break in a field",
    act: (to) => to.respond({ headers: { "x-a": "a\r\nb: c" } }),
    error: /want text of one line/,
  },
  {
    name: "a body that is a map",
    act: (to) => to.respond({ body: {} as string }),
    error: /want text or bytes/,
  },
  {
    name: "a body that is too long",
    act: (to) => to.respond({ body: "x".repeat(10_000_001) }),
    error: /at most 10MB/,
  },
  {
    name: "text alone",
    act: (to) => to.respond("x" as unknown as object),
    error: /want \{ status/,
  },
  { name: "a redirect by 200", act: (to) => to.redirect("/x", 200), error: /want a status of 301/ },
  { name: "a redirect to a space", act: (to) => to.redirect("/ x"), error: /encodeURI/ },
  { name: "a redirect and more", act: (to) => to.redirect("/\r\nx: y"), error: /encodeURI/ },
];

for (const { name, status, act, want, error } of responseCases) {
  void test(`response hook: ${name}`, () => {
    const head = responseHead(status);
    const turn = new HookTurn();
    const to = responseTo(head, turn, (code) => `reason-${code}`);
    if (error !== undefined) {
      assert.throws(() => act(to), error);
      assert.equal(head.status, status ?? 200);
      return;
    }
    act(to);
    const { answer } = turn;
    const shown =
      answer === undefined
        ? `${head.status} ${head.reason}`
        : `${answer.status} [${linesOf(answer.fields).join(" ")}] ` +
          `${answer.file ?? answer.body.toString("latin1")}`;
    assert.equal(shown.trim(), want);
  });
}

void test("hooks: what is done after the end has no effect, and is told of", () => {
  const head = requestHead();
  const turn = new HookTurn();
  const to = requestTo(head, turn);
  let lateCount = 0;
  turn.end(() => (lateCount += 1));
  turn.end(() => assert.fail("the first end counts"));
  to.path = "/late";
  to.query = "late";
  to.authority = "late.example";
  to.fields.set("x-late", "1");
  to.fields.add("x-late", "1");
  to.fields.remove("accept");
  to.respond({});
  to.redirect("/late");
  to.file("late");
  assert.equal(lateCount, 9);
  assert.equal(head.target, "/a%20b?c=d&e");
  assert.equal(head.authority, "a.example:8080");
  assert.deepEqual(to.fields.entries(), lines);
  assert.equal(turn.answer, undefined);
});

function linesOf(fields: Fields): string[] {
  const found: string[] = [];
  fields.each((name, value) => found.push(`${name}=${value}`));
  return found;
}
