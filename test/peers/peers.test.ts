/**
 * Ordinary requests behind Foregate and behind whatever peers this machine has: everything that
 * differs must be explained (`npm run peers` shows it, docs/peers.md tells it to users).
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { allDifferences, type Difference } from "./differences.ts";
import { explain, explanations } from "./explanations.ts";
import { get } from "./peer-request.ts";
import { askPeers, installedPeers } from "./peers.ts";
import { peerRequests } from "./requests.ts";
import { showDifference } from "./show-difference.ts";

void test("peers: two hundred requests and more, each with a name of its own", () => {
  assert.ok(peerRequests.length >= 200);
  assert.equal(new Set(peerRequests.map(({ name }) => name)).size, peerRequests.length);
  assert.equal(new Set(explanations.map(({ title }) => title)).size, explanations.length);
});

void test("peers: Foregate answers every request, and every difference is explained", async (t) => {
  const peers = installedPeers();
  t.diagnostic(`compared with: ${peers.join(", ") || "none, there is no peer on this machine"}`);
  const outcomes = await askPeers(peerRequests, peers);
  const silent = peerRequests.filter(({ methods = [""] }, at) => {
    return outcomes.foregate[at]?.answers.length !== methods.length;
  });
  assert.deepEqual(silent, []);
  const { unexplained } = explain(allDifferences(peerRequests, outcomes));
  assert.deepEqual(unexplained.map(showDifference), []);
});

/** What nobody may explain away: side, aspect, what was sent, what Foregate and what nginx make. */
type Fault = readonly [
  side: Difference["side"],
  aspect: string,
  given: string | undefined,
  ours: string | undefined,
  theirs: string | undefined,
];

const faults: Readonly<Record<string, Fault>> = {
  "a lost field": ["upstream", "field accept", "*/*", undefined, "*/*"],
  "an empty field lost": ["upstream", "field x-empty", "", undefined, ""],
  "an invented field": ["upstream", "field x-new", undefined, "1", undefined],
  "a changed value": ["upstream", "field cookie", "a=1 ⏎ b=2", "a=1, b=2", "a=1 ⏎ b=2"],
  "a changed path": ["upstream", "target", "/a//b", "/a/b", "/a//b"],
  "a changed method": ["upstream", "method", "PROPFIND", "GET", "PROPFIND"],
  "a lost body": ["upstream", "body", "data", "", "data"],
  "lost trailers": ["upstream", "trailers", "X-Sum: 1", undefined, "X-Sum: 1"],
  "fields that swapped places": ["upstream", "field order", "a b c", "b a c", "a b c"],
  "names in small letters": ["upstream", "field case", "X-A Host", "x-a Host", "X-A Host"],
  "a client that is believed": [
    "upstream",
    "field x-forwarded-for",
    "1.2.3.4",
    "1.2.3.4",
    "1.2.3.4, 127.0.0.1",
  ],
  "another host": ["upstream", "field host", "www.example.com", "127.0.0.1:80", "www.example.com"],
  "no Via": ["upstream", "field via", undefined, undefined, "1.1 nginx"],
  "a request that does not arrive": ["upstream", "requests", undefined, "0", "1"],
  "a refusal": ["client", "status", undefined, "400, its own", "200"],
  "a changed status": ["client", "status", "404", "200", "404"],
  "a cut body": ["client", "body", "whole", "who", "whole"],
  "cookies in one line": ["client", "field set-cookie", "a=1 ⏎ b=2", "a=1, b=2", "a=1 ⏎ b=2"],
  "a changed date": ["client", "field date", "Sun", "(now)", "Sun"],
  "a field for one hop": ["client", "field x-hop", "1", "1", undefined],
  "a connection that closes": ["client", "field connection", undefined, "close", undefined],
};

for (const [name, [side, aspect, given, ours, theirs]] of Object.entries(faults)) {
  void test(`peers: nothing explains ${name}`, () => {
    const request = get("ordinary", "Accept: */*");
    const difference: Difference = { request, peer: "nginx", side, aspect, given, ours, theirs };
    assert.deepEqual(explain([difference]).unexplained, [difference]);
  });
}
