/** Error answers: every failure in both forms, and nothing of the request in any of them. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Failure, failures, type FailureCode } from "../../src/base/failure.ts";
import { errorAnswer, type ErrorView } from "../../src/exchange/error-answer.ts";
import { id } from "../../src/http/field-names.ts";
import type { Fields } from "../../src/http/fields.ts";

const view: ErrorView = {
  accept: undefined,
  method: "GET",
  requestId: "abc-1",
  proxyName: "foregate",
  challenge: undefined,
  retryAfterSeconds: undefined,
  pages: undefined,
};
const html = { ...view, accept: "text/html,*/*;q=0.8" };
const codes = Object.keys(failures) as FailureCode[];

function namesOf(fields: Fields): string[] {
  const names: string[] = [];
  fields.each((name) => names.push(name));
  return names;
}

for (const code of codes) {
  void test(`error answer: ${code}`, () => {
    const failure = new Failure(code, "Cannot tell 10.0.0.1: a secret");
    const { status, says } = failure.row;
    for (const asked of [view, html]) {
      const { head, body } = errorAnswer(failure, asked);
      assert.equal(head.status, status);
      assert.equal(head.contentLength, body.length);
      assert.equal(head.fields.get(id["cache-control"]), "no-store");
      assert.equal(head.fields.get(id["x-request-id"]), "abc-1");
      assert.match(head.fields.get(id["proxy-status"]) ?? "", /^foregate; error=[a-z_]+$/);
      assert.equal(head.fields.has(id["retry-after"]), status === 503 && code !== "maintenance");
      assert.equal(namesOf(head.fields).includes("Allow"), status === 405);
      assert.ok(body.toString().includes(asked === html ? says : JSON.stringify(says)));
      assert.doesNotMatch(body.toString("latin1"), /secret|10\.0|[^\x0a\x20-\x7e]/);
      assert.doesNotThrow(() => head.fields.write());
    }
  });
}

void test("error answer: problem details (RFC 9457)", () => {
  const { head, body } = errorAnswer(new Failure("connect-refused", "x"), view);
  assert.equal(head.fields.get(id["content-type"]), "application/problem+json");
  assert.equal(head.fields.get(id["proxy-status"]), "foregate; error=connection_refused");
  assert.deepEqual(JSON.parse(body.toString()), {
    type: "about:blank",
    title: "Bad Gateway",
    status: 502,
    detail: "The server behind this address cannot be reached.",
    requestId: "abc-1",
  });
});

void test("error answer: a page for people", () => {
  const { head, body } = errorAnswer(new Failure("no-route", "x"), html);
  assert.equal(head.fields.get(id["content-type"]), "text/html; charset=utf-8");
  const page = body.toString();
  assert.match(page, /^<!doctype html>/);
  assert.match(page, /<title>404 Not Found<\/title>/);
  assert.match(page, /<small>Request abc-1<\/small>/);
  assert.ok(page.length < 1_024, `${page.length} bytes`);
});

void test("error answer: HEAD is told the length and gets no body", () => {
  const failure = new Failure("overloaded", "x");
  const { head, body } = errorAnswer(failure, { ...view, method: "HEAD" });
  assert.deepEqual([head.body, body.length], ["none", 0]);
  assert.equal(head.contentLength, errorAnswer(failure, view).body.length);
});

const ids = [
  { name: "a plain one", requestId: "4bf92f35-77b3/4da6=", field: "4bf92f35-77b3/4da6=" },
  { name: "markup", requestId: "<b>&'x'", field: "<b>&'x'", page: "&#60;b&#62;&#38;&#39;x&#39;" },
  { name: "quotes and backslashes", requestId: 'a"\\b', field: "a__b" },
  { name: "line ends", requestId: "a\r\nb: c", field: "a__b:_c" },
  { name: "bytes beyond ASCII", requestId: "\x7f\xe4\u2028", field: "___" },
  { name: "a very long one", requestId: "x".repeat(10_000), field: "x".repeat(128) },
  { name: "none", requestId: "", field: undefined },
];

for (const { name, requestId, field, page } of ids) {
  void test(`error answer: the request's id is ${name}`, () => {
    const failure = new Failure("bad-request", "x");
    const problem = errorAnswer(failure, { ...view, requestId });
    assert.equal(problem.head.fields.get(id["x-request-id"]), field);
    assert.equal(JSON.parse(problem.body.toString()).requestId, field ?? "");
    const people = errorAnswer(failure, { ...html, requestId }).body.toString();
    assert.ok(people.includes(`Request ${page ?? field ?? ""}</small>`));
  });
}

void test("error answer: one answer's id is not in the next", () => {
  const failure = new Failure("bad-request", "x");
  errorAnswer(failure, view);
  const { head } = errorAnswer(failure, { ...view, requestId: "second" });
  assert.deepEqual(head.fields.all(id["x-request-id"]), ["second"]);
});

void test("error answer: a page of the operator's, with the request's id in it", () => {
  const page = { file: "x.html", parts: ["<p>Sorry. ", " or ", "\n"] };
  const pages = new Map([[502, page]]);
  const failure = new Failure("connect-refused", "refused");
  const answer = errorAnswer(failure, { ...html, requestId: "<b>", pages });
  assert.equal(answer.body.toString("latin1"), "<p>Sorry. &#60;b&#62; or &#60;b&#62;\n");
  assert.equal(answer.head.contentLength, answer.body.length);
  assert.equal(answer.head.fields.get(id["content-type"]), "text/html; charset=utf-8");
  const json = errorAnswer(failure, { ...view, pages });
  assert.ok(json.body.includes('"status":502'), "programs get what they always get");
  const other = errorAnswer(new Failure("no-route", "none"), { ...html, pages });
  assert.ok(other.body.includes("404"));
});
