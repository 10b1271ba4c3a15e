/**
 * What every npm script starts with: `node tools/setup.mjs SCRIPT ARGS`; without SCRIPT it only
 * installs, for the scripts that go on with a tool of node_modules.
 *
 *   any node from 18 on ──▶ install what is missing ──▶ pick a runtime ──▶ run SCRIPT with it
 *
 * Plain JavaScript, because the machine's own node may be too old to strip types. The runtime is
 * started by its path and never by name: on a fresh machine the shell that npm started has already
 * looked up "node", and would go on using the old one.
 */

import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Passed on as they are. SIGUSR1 must have a handler, or Node opens its inspector. */
const forwarded = ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"];

/** First version that strips types without a flag. */
const oldestNode = [24, 12];

const runtimePrefix = "--runtime=";

const [script, ...given] = process.argv.slice(2);

const wanted = given.findLast((word) => word.startsWith(runtimePrefix));
const scriptArgs = given.filter((word) => !word.startsWith(runtimePrefix));

installOnce(root, ["--include=dev", "--include=optional"]);
if (script !== undefined) {
  run(pickRuntime(wanted?.slice(runtimePrefix.length)), resolve(root, script), scriptArgs);
}

/** Installs what `folder`'s lock file says, unless that is what is there already. */
function installOnce(folder, options) {
  const stampFile = join(folder, "node_modules", ".foregate-stamp");
  const want = stampOf(folder);
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === want) return;
  if (!isInstalledByHand(folder, stampFile)) install(folder, options);
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, want);
}

/** The lock file and what it was made from; a changed script in package.json installs nothing. */
function stampOf(folder) {
  const { workspaces, dependencies, devDependencies, optionalDependencies } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  );
  return createHash("sha256")
    .update(readFileSync(join(folder, "package-lock.json")))
    .update(JSON.stringify([workspaces, dependencies, devDependencies, optionalDependencies]))
    .digest("hex");
}

/** Somebody ran npm themselves: it keeps a copy of the lock file, written when it is done. */
function isInstalledByHand(folder, stampFile) {
  const copy = join(folder, "node_modules", ".package-lock.json");
  if (existsSync(stampFile) || !existsSync(copy)) return false;
  return statSync(copy).mtimeMs >= statSync(join(folder, "package-lock.json")).mtimeMs;
}

/**
 * Not `npm ci`: it refuses a lock file that lacks a package for some other platform, which npm
 * leaves out whenever it cannot fetch one (docs/decisions/0003-npm-install.md).
 */
function install(folder, options) {
  const what = folder === root ? "dependencies" : folder.slice(root.length + 1);
  process.stderr.write(`foregate: installing ${what} (npm install)\n`);

  // npm runs on the node that started it: the one in node_modules may be about to be replaced.
  const { npm_execpath: npm, npm_node_execpath: npmNode } = process.env;
  const [command, ...first] = npm && npmNode ? [npmNode, npm] : ["npm"];
  const words = ["install", "--no-save", "--prefix", folder, "--no-audit", "--no-fund", ...options];
  const { status, error } = spawnSync(command, [...first, ...words, "--loglevel=error"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (error) fail(`Cannot install ${what}: ${command} does not start (${error.message})`);
  if (status !== 0) fail(`Cannot install ${what}: npm ended with ${status}, see above`, status);
}

function pickRuntime(name) {
  if (name === undefined) return ownRuntime();
  if (name !== "node24" && name !== "bun") {
    fail(`Cannot pick a runtime: want node24 or bun, found "${name}"`);
  }
  const folder = join(root, "tools", name);
  installOnce(folder, ["--include=optional"]);
  const modules = join(folder, "node_modules");
  const file = name === "bun" ? findBun(modules) : join(modules, ".bin", "node");
  if (file === undefined || !existsSync(file)) {
    fail(`Cannot run ${name}: tools/${name} has none for ${process.platform} ${process.arch}`);
  }
  return file;
}

/** Bun's packages link nothing into .bin; npm installs the one that fits the machine. */
function findBun(modules) {
  const scope = join(modules, "@oven");
  const [first] = existsSync(scope) ? readdirSync(scope) : [];
  return first && join(scope, first, "bin", "bun");
}

/** The workspace's node; on a machine for which there is none, the one that runs this file. */
function ownRuntime() {
  const installed = join(root, "node_modules", ".bin", "node");
  if (existsSync(installed)) return installed;
  const [major, minor] = process.versions.node.split(".").map(Number);
  const [oldestMajor, oldestMinor] = oldestNode;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) {
    return process.execPath;
  }
  fail(
    `Cannot run Foregate: want Node ${oldestNode.join(".")} or later, found ${process.version}, ` +
      `and tools/runtime has none for ${process.platform} ${process.arch}`,
  );
}

function run(runtime, file, args) {
  const path = `${dirname(runtime)}${delimiter}${process.env.PATH ?? ""}`;
  const child = spawn(runtime, [file, ...args], {
    stdio: "inherit",
    env: { ...process.env, PATH: path },
  });

  for (const signal of forwarded) process.on(signal, () => child.kill(signal));

  // A terminal sends Ctrl-C to the child as well, and two of them mean "stop at once".
  const hasTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  process.on("SIGINT", () => hasTerminal || child.kill("SIGINT"));

  child.on("error", (error) => fail(`Cannot start ${runtime}: ${error.message}`));
  child.on("exit", (code, signal) => {
    process.exit(signal === null ? code : 128 + constants.signals[signal]);
  });
}

function fail(message, status = 1) {
  process.stderr.write(`foregate: ${message}\n`);
  process.exit(status ?? 1);
}
