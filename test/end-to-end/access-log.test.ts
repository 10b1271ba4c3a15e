/** The access log end to end: which exchanges it has, who failed, and what took how long. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { linesLogged } from "../support/logged.ts";
import { until } from "../support/within.ts";

const get = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`;

/** `/404` is answered with 404. */
const byTarget = ({ line }: { readonly line: string }): string => {
  const status = /\/(\d{3})/.exec(line)?.[1] ?? "200";
  return `HTTP/1.1 ${status} Told\r\nContent-Length: 2\r\n\r\nok`;
};

const wire = ["/200", "/404", "/503", "/201"].map(get).join("");

const choices = [
  { name: "all", access: {}, want: [200, 404, 503, 201] },
  { name: "only some", access: { only: { status: [404, "5xx"] } }, want: [404, 503] },
  { name: "only slow ones", access: { only: { slowerThan: "1d" } }, want: [] },
  { name: "no sample but what is always in it", access: { sample: "0%" }, want: [503] },
  { name: "the whole sample", access: { sample: "100%" }, want: [200, 404, 503, 201] },
];

for (const { name, access, want } of choices) {
  void test(`access log: ${name}`, async () => {
    const lines = await linesLogged(wire, { access, answers: 4, answer: byTarget });
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).status),
      want,
    );
  });
}

void test("access log: who had to connect says how long it took, the next does not", async () => {
  const lines = await linesLogged(get("/a") + get("/b"), { answers: 2 });
  const [first, second] = lines.map((line) => JSON.parse(line));
  assert.ok(first.connect_ms > 0 && first.connect_ms <= first.upstream_ms, lines.join());
  assert.equal(second.connect_ms, undefined);
  for (const { first_byte_ms, upstream_ms, duration_ms } of [first, second]) {
    assert.ok(upstream_ms > 0 && upstream_ms <= first_byte_ms && first_byte_ms <= duration_ms);
  }
});

const blames = [
  {
    name: "the client",
    wire: get("/").replace("Host: x\r\n", ""),
    want: ["bad-request", "client"],
  },
  {
    name: "the upstream",
    wire: get("/"),
    answer: "nonsense\r\n\r\n",
    want: ["bad-response", "upstream"],
  },
  { name: "nobody", wire: get("/"), want: [undefined, undefined] },
];

for (const { name, wire: said, answer, want } of blames) {
  void test(`access log: who failed: ${name}`, async () => {
    const [line = ""] = await linesLogged(
      said,
      answer === undefined ? {} : { answer: () => answer },
    );
    const { failure, failed_by, first_byte_ms } = JSON.parse(line);
    assert.deepEqual([failure, failed_by], want);
    assert.ok(first_byte_ms > 0, line);
  });
}

void test("access log: a client that leaves before the answer was told nothing", async () => {
  const [line = ""] = await linesLogged(get("/"), {
    answer: () => "",
    act: async ({ client, recorder }) => {
      await until(() => recorder.requests.length === 1, "the upstream is asked");
      client.cut();
    },
  });
  const { failure, failed_by, first_byte_ms, bytes_out } = JSON.parse(line);
  assert.deepEqual([failure, failed_by], ["client-gone", "client"]);
  assert.deepEqual([first_byte_ms, bytes_out], [undefined, 0]);
});
