/**
 * README.md and the guides, followed as a newcomer would: every file on them is written, every
 * command typed, and what they show is what comes. The README is followed in a copy of this folder,
 * a guide in an empty one with `foregate` on the PATH.
 */

import assert from "node:assert/strict";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, relative } from "node:path";
import { after, test, type TestContext } from "node:test";

import { guides, root } from "../support/pages.ts";
import { programFile } from "../stories/command.ts";
import { openMachine, type Machine } from "./machine.ts";
import { isServing, stepsOf } from "./steps.ts";
import { Walk } from "./walk.ts";

/** Commands of the README that are not typed, and why. */
const skipped: Readonly<Record<string, string>> = {
  "npm test": "it is what runs this walk",
};

/** What the README's commands serve: a URL, and what it brings. */
const served: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  "npm start": {
    "http://localhost:8080/": /through Foregate/,
    "http://localhost:8080/app/login": /<form/,
  },
  "npm run -s foregate -- 3000": { "http://localhost:8080/x": /^3000 \/x$/ },
  "npm run -s foregate -- example.com=:3000 api.example.com=:4000": {
    "http://example.com:8080/x": /^3000 \/x$/,
    "http://api.example.com:8080/x": /^4000 \/x$/,
  },
  "npm run -s foregate -- proxy --from :8081 --to :3000 --to :3001": {
    "http://localhost:8081/x": /^300[01] \/x$/,
  },
  "npm run -s foregate -- run -c foregate.yaml": {
    "http://example.com:8080/api/x": /^400[01] \/x$/,
    "http://example.com:8080/x": /^3000 \/x$/,
  },
};

/** What the README calls your own servers: each says its port and what it was asked for. */
const ownServers = `
import { createServer } from "node:http";
for (const port of [3000, 3001, 4000, 4001]) {
  createServer((request, response) => response.end(port + " " + request.url)).listen(port);
}
console.log("listening");
`;

const folder = mkdtempSync(join(tmpdir(), "foregate-walk-"));
const machine = await openMachine();
after(() => {
  if (typeof machine !== "string") machine.close();
  rmSync(folder, { recursive: true });
});
const home = makeHome();

void test("README.md, followed in a fresh copy", async (t) => {
  const copy = join(folder, "copy");
  if (typeof machine === "string") return t.skip(machine);
  copyProject(copy);
  const unused = new Set([...Object.keys(skipped), ...Object.keys(served)]);
  const walk = startWalk(t, machine, copy);
  writeFileSync(join(folder, "server.mjs"), ownServers);
  await walk.serve("node ../server.mjs", "the reader's own servers");
  for (const step of stepsOf("README.md")) {
    const commands = step.commands.filter((command) => skipped[command] === undefined);
    for (const command of step.commands) unused.delete(command);
    if (!commands.some(isServing)) {
      await walk.take({ ...step, commands });
      continue;
    }
    for (const command of commands) {
      await walk.take({ ...step, commands: [command] });
      if (isServing(command)) await askServed(walk, command);
    }
  }
  await walk.end();
  assert.deepEqual([...unused], [], "what this test knows of stands in the README");
});

for (const page of ["docs/cli.md", ...guides]) {
  void test(`${page}, followed in an empty folder`, async (t) => {
    if (typeof machine === "string") return t.skip(machine);
    const empty = join(folder, page.replaceAll(/\W/g, "-"));
    mkdirSync(empty);
    symlinkSync(join(home, "modules"), join(empty, "node_modules"));
    const walk = startWalk(t, machine, empty);
    for (const step of stepsOf(page)) await walk.take(step);
    await walk.end();
  });
}

async function askServed(walk: Walk, command: string): Promise<void> {
  const asks = served[command] ?? assert.fail(`README.md: what does "${command}" serve?`);
  for (const [url, wanted] of Object.entries(asks)) {
    const ask = `curl --connect-to ::localhost: ${url}`;
    const said = await walk.type(ask, { where: `${command}: ${ask}`, mayFail: false });
    assert.match(said, wanted, `${command}: ${url}`);
  }
}

function startWalk(t: TestContext, there: Machine, place: string): Walk {
  programFile("curl");
  const nodes = dirname(join(root, "node_modules/.bin/node"));
  const path = [join(home, "bin"), nodes, process.env["PATH"]].join(delimiter);
  const environment = {
    HOME: home,
    PATH: path,
    // As on a terminal.
    FOREGATE_LOG_FORMAT: "pretty",
    npm_config_update_notifier: "false",
    // The same program is started some forty times.
    NODE_COMPILE_CACHE: join(home, "compiled"),
  };
  const walk = new Walk({ machine: there, folder: place, environment });
  t.after(() => walk.abandon());
  return walk;
}

/** What whoever has installed Foregate has: the command, and the library. */
function makeHome(): string {
  const place = join(folder, "home");
  const library = join(place, "modules/foregate");
  mkdirSync(join(place, "bin"), { recursive: true });
  mkdirSync(join(place, "modules"));
  mkdirSync(join(place, "library"));
  symlinkSync(join(place, "library"), library);
  // One of the guides needs it, and says so.
  symlinkSync(join(root, "node_modules/ws"), join(place, "modules/ws"));
  const program = join(place, "bin/foregate");
  writeFileSync(program, `#!/bin/sh\nexec node '${join(root, "src/main.ts")}' "$@"\n`);
  chmodSync(program, 0o755);
  const manifest = { type: "module", exports: "./foregate.ts" };
  writeFileSync(join(place, "library/package.json"), JSON.stringify(manifest));
  const source = JSON.stringify(join(root, "src/foregate.ts"));
  writeFileSync(join(place, "library/foregate.ts"), `export * from ${source};\n`);
  // No bar of progress: readers see none either, since their output is a terminal.
  writeFileSync(join(place, ".curlrc"), "silent\nshow-error\nmax-time = 20\n");
  return place;
}

/** As a fresh clone, but that everything is installed. */
function copyProject(copy: string): void {
  const left = new Set([".git", "node_modules", "dist"]);
  cpSync(root, copy, { recursive: true, filter: (file) => !left.has(relative(root, file)) });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
}
