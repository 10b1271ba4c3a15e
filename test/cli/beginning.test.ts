/** Files to begin with, what the program finds around it, and completion in a real shell. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { parse } from "yaml";

import { foregate } from "./foregate.ts";

const folder = mkdtempSync(join(tmpdir(), "foregate-beginning-"));
after(() => rmSync(folder, { recursive: true }));

void test("init: the config is written once, is right", async () => {
  const first = await foregate(["init"], { folder });
  assert.equal(first.code, 0);
  assert.equal(first.stdout, `${join(folder, "foregate.yaml")}\n`);
  assert.match(
    first.stderr,
    /^next: foregate check -c foregate\.yaml && foregate run -c foregate\.yaml\n$/,
  );
  const check = await foregate(["check", "--json", "-c", "foregate.yaml"], { folder });
  assert.deepEqual(JSON.parse(check.stdout), { file: "foregate.yaml", valid: true, problems: [] });
  writeFileSync(join(folder, "foregate.yaml"), "mine\n");
  const second = await foregate(["init"], { folder });
  assert.equal(second.code, 1);
  assert.match(second.stderr, /^error: foregate\.yaml is there already, and stays as it is/);
  assert.equal(readFileSync(join(folder, "foregate.yaml"), "utf8"), "mine\n");
});

void test("init: a config beside an installed Foregate tells editors of its schema", async () => {
  const project = join(folder, "project");
  const installed = join(project, "node_modules/foregate");
  mkdirSync(installed, { recursive: true });
  writeFileSync(join(installed, "schema.json"), "{}");
  assert.equal((await foregate(["init"], { folder: project })).code, 0);
  const [first = ""] = readFileSync(join(project, "foregate.yaml"), "utf8").split("\n");
  assert.equal(first, "# yaml-language-server: $schema=./node_modules/foregate/schema.json");
  assert.equal((await foregate(["check", "-c", "foregate.yaml"], { folder: project })).code, 0);
});

const files = {
  systemd: { name: "foregate.service", has: /^RestartPreventExitStatus=2 3$/m },
  compose: { name: "compose.yaml", has: /^ {4}sysctls: \{ net\.ipv4\.tcp_migrate_req: "1" \}$/m },
  docker: { name: "Dockerfile", has: /^RUN npm install .* foregate@\d+\.\d+\.\d+$/m },
} as const;

for (const [what, { name, has }] of Object.entries(files)) {
  void test(`init ${what}`, async () => {
    assert.equal((await foregate(["init", what], { folder })).code, 0);
    assert.match(readFileSync(join(folder, name), "utf8"), has);
  });
}

void test("init compose: it is YAML, and mounts what the Dockerfile reads", async () => {
  const empty = join(folder, "compose");
  mkdirSync(empty);
  await foregate(["init", "compose"], { folder: empty });
  const text = readFileSync(join(empty, "compose.yaml"), "utf8");
  const { services } = parse(text) as { services: { foregate: { volumes: string[] } } };
  assert.ok(services.foregate.volumes[0]?.includes(":/etc/foregate/foregate.yaml:ro"));
});

const canVerify = spawnSync("systemd-analyze", ["--version"]).status === 0;
const skip = canVerify ? false : "there is no systemd-analyze here";

void test("init systemd: systemd finds nothing wrong with it", { skip }, async () => {
  const empty = join(folder, "systemd");
  mkdirSync(empty);
  await foregate(["init", "systemd"], { folder: empty });
  const words = ["verify", "--man=no", join(empty, "foregate.service")];
  const { stdout, stderr } = spawnSync("systemd-analyze", words, { encoding: "utf8" });
  const about = `${stdout}${stderr}`
    .split("\n")
    .filter((line) => line.includes("foregate.service"));
  assert.deepEqual(about, []);
});

void test("init: an unknown word is wrong usage", async () => {
  const { code, stderr } = await foregate(["init", "kubernetes"], { folder });
  assert.equal(code, 2);
  assert.match(stderr, /Allowed choices are config, typescript, systemd, docker, compose/);
});

void test("env: for people and for programs", async () => {
  const around = { folder, environment: { FOREGATE_CONFIG: "/x/y.yaml", SECRET: "hush" } };
  const told = await foregate(["env"], around);
  assert.equal(told.code, 0);
  assert.match(told.stdout, /^config {5}\/x\/y\.yaml \(FOREGATE_CONFIG says so\)$/m);
  const { stdout } = await foregate(["env", "--json"], around);
  const found = JSON.parse(stdout) as Readonly<Record<string, unknown>>;
  assert.equal(found["folder"], folder);
  assert.equal(found["configFrom"], "FOREGATE_CONFIG");
  assert.doesNotMatch(stdout, /hush/);
});

const completed: Record<string, string> = {
  "foregate ex": "explain",
  "foregate explain --p": "--peer",
  "foregate check -": "-c --config --json --help",
  "foregate run -c /etc/hostn": "/etc/hostname",
  "foregate nothing --": "",
};

void test("completion: bash completes commands, options and files", async () => {
  const { stdout } = await foregate(["completion", "bash"]);
  const script = join(folder, "completion.bash");
  writeFileSync(script, stdout);
  for (const [typed, want] of Object.entries(completed)) {
    const words = typed.split(" ");
    const asked =
      `source ${script}; COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); ` +
      `COMP_CWORD=${words.length - 1}; _foregate; echo "\${COMPREPLY[@]}"`;
    const bash = spawnSync("bash", ["-c", asked], { encoding: "utf8" });
    assert.equal(bash.stderr, "");
    const known = new Set(bash.stdout.trim().split(" "));
    for (const word of want.split(" ")) assert.ok(known.has(word), `${typed}: ${bash.stdout}`);
  }
});

void test("completion: every command is in every script", async () => {
  const help = (await foregate(["--help"])).stdout;
  const names = [...help.matchAll(/^ {2}([a-z][a-z-]*) (?:\[|<| )/gm)].map(([, name = ""]) => name);
  assert.ok(names.includes("run") && names.length >= 8, names.join(" "));
  for (const shell of ["bash", "zsh", "fish"]) {
    const { stdout } = await foregate(["completion", shell]);
    const commands = names.filter((name) => name !== "targets" && name !== "help");
    for (const name of commands) assert.match(stdout, new RegExp(`\\b${name}\\b`));
    assert.match(stdout, /check.*(?:--| -l )color/, "options of every command");
  }
});
