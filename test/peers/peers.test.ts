/**
 * Ordinary requests behind Foregate and behind whatever peers this machine has: everything that
 * differs must be explained (`npm run peers` shows it, docs/peers.md tells it to users).
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import { allDifferences } from "./differences.ts";
import { explain, explanations } from "./explanations.ts";
import { askPeers, installedPeers } from "./peers.ts";
import { peerRequests } from "./requests.ts";
import { showDifference } from "./show-difference.ts";

const peers = installedPeers();

void test("peers: two hundred requests and more, each with a name of its own", () => {
  assert.ok(peerRequests.length >= 200);
  assert.equal(new Set(peerRequests.map(({ name }) => name)).size, peerRequests.length);
  assert.equal(new Set(explanations.map(({ title }) => title)).size, explanations.length);
});

void test(
  `peers: every difference from ${peers.join(", ")} is explained`,
  { skip: peers.length === 0 ? "no nginx, HAProxy or Caddy on this machine" : false },
  async () => {
    const outcomes = await askPeers(peerRequests, peers);
    const silent = peerRequests.filter(({ methods = [""] }, at) => {
      return outcomes.foregate[at]?.answers.length !== methods.length;
    });
    assert.deepEqual(silent, [], "Foregate answers every request");
    const { unexplained } = explain(allDifferences(peerRequests, outcomes));
    assert.deepEqual(unexplained.map(showDifference), []);
  },
);
