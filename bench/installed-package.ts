/** The package as users have it: packed, and installed into an empty folder. */

import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");

/** npm is not told that it was started by npm: it would work in the folder of that one. */
function environment(): NodeJS.ProcessEnv {
  const isOurs = (name: string): boolean =>
    !/^npm_/i.test(name) || /^npm_config_(?:registry|cache|userconfig)$/.test(name);
  const entries = Object.entries(process.env).filter(([name]) => isOurs(name));
  const path = `${dirname(process.execPath)}${delimiter}${process.env["PATH"] ?? ""}`;
  return { ...Object.fromEntries(entries), PATH: path };
}

/** The file of the program, in JavaScript. The package lands in `folder`, which stays. */
export function installPackage(folder: string): string {
  const user = join(folder, "user");
  mkdirSync(user);
  const said = npm(["pack", "--pack-destination", folder, "--json"], root);
  const [packed] = JSON.parse(said.slice(said.indexOf("[\n"))) as { filename: string }[];
  if (packed === undefined) throw new Error(`Cannot pack: npm says ${said}`);
  writeFileSync(join(user, "package.json"), '{ "private": true }\n');
  const quiet = ["--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"];
  npm(["install", ...quiet, join(folder, packed.filename)], user);
  return join(user, "node_modules/foregate/dist/main.js");
}

function npm(words: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync("npm", words, {
    cwd,
    env: environment(),
    encoding: "utf8",
  });
  if (status === 0) return stdout;
  throw new Error(`Cannot run npm ${words.join(" ")}: ${stderr}${stdout}`);
}
