/** Runs the wire documents: every pair of blocks is a case, and every case runs at every split. */

import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";

import { readWireDocument } from "./wire-document.ts";
import { aRequest } from "./http1/heads.ts";
import { readRequests, readResponse, sameAtEverySplit, type Drive } from "./http1/transcript.ts";

const documents = globSync(join(import.meta.dirname, "documents", "*.md")).sort();

for (const path of documents) {
  const name = basename(path);
  for (const { name: heading, line, kind, wire, events } of casesOf(path)) {
    void test(`wire document ${name}:${line}: ${heading}`, () => {
      assert.deepEqual(sameAtEverySplit(wire, driveOf(kind)), events);
    });
  }
}

void test("wire documents: there are some, and all have cases", () => {
  const empty = documents.filter((path) => casesOf(path).length === 0);
  assert.deepEqual(
    empty.map((path) => basename(path)),
    ["README.md"],
  );
  assert.ok(documents.length > 12);
});

/** What the README shows is shown, not run. */
function casesOf(path: string): ReturnType<typeof readWireDocument> {
  return basename(path) === "README.md" ? [] : readWireDocument(readFileSync(path, "utf8"));
}

function driveOf(kind: string): Drive {
  if (kind === "") return (pieces) => readRequests(pieces);
  const [, method = "", upgrade] = /^response to ([A-Z]+)(?: for (\S+))?$/.exec(kind) ?? [];
  assert.notEqual(method, "", `"${kind}" is neither nothing nor "response to METHOD"`);
  return (pieces) => readResponse(pieces, aRequest({ method, upgrade }));
}
