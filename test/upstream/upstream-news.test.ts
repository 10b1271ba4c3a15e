/** News of upstreams: each change once, and of one that comes and goes not every time. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Failure } from "../../src/base/failure.ts";
import { UpstreamNews } from "../../src/upstream/upstream-news.ts";

const refused = new Failure("connect-refused", "Cannot connect to a:1: connect ECONNREFUSED");
const ours = new Failure("overloaded", "Cannot connect to a:1: connect EMFILE");

/** `x`: a dial failed; `o`: dialled; `m`: no descriptor was left; a number: so many s pass. */
const cases: readonly { name: string; happens: string; want: string }[] = [
  { name: "an upstream that is well", happens: "o o o", want: "" },
  { name: "down, whatever number of dials", happens: "x x x 60 x x", want: "0-" },
  { name: "down from the first, then up", happens: "x 60 o o", want: "0- 60+" },
  { name: "down and up within a moment", happens: "x 1 o 20", want: "0- 10+" },
  { name: "up and down and up again", happens: "x 1 o 1 x 1 o 20 x", want: "0- 10+ 23-" },
  { name: "back to what was told is no news", happens: "x 1 o 1 x 30", want: "0-" },
  { name: "what is our own fault says nothing", happens: "m m x m 20 m", want: "0-" },
];

for (const { name, happens, want } of cases) {
  void test(`upstream news: ${name}`, () => {
    const clock = { nowMs: 0 };
    const told: string[] = [];
    const news = new UpstreamNews(({ level, fields }) => {
      assert.equal(fields?.["upstream"], "a:1");
      told.push(`${clock.nowMs / 1_000}${level === "warn" ? "-" : "+"}`);
    }, clock);
    const state = news.stateOf("a:1");
    for (const word of happens.split(" ")) {
      if (word === "x") state.dialled(refused);
      else if (word === "o") state.dialled(undefined);
      else if (word === "m") state.dialled(ours);
      else for (let second = 0; second < Number(word); second++) pass(clock, news);
    }
    assert.equal(told.join(" "), want);
  });
}

function pass(clock: { nowMs: number }, news: UpstreamNews): void {
  clock.nowMs += 1_000;
  news.look();
}

void test("upstream news: what is told of both", () => {
  const clock = { nowMs: 0 };
  const told: unknown[] = [];
  const state = new UpstreamNews((event) => told.push(event), clock).stateOf("a:1");
  state.dialled(refused);
  clock.nowMs = 60_000;
  state.dialled(undefined);
  assert.deepEqual(told, [
    {
      level: "warn",
      message: "upstream a:1 is unreachable: connect ECONNREFUSED",
      fields: { upstream: "a:1", code: "connect-refused" },
    },
    { level: "info", message: "upstream a:1 answers again", fields: { upstream: "a:1" } },
  ]);
});
