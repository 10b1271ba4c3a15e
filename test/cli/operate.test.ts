/** Commands that speak to a running program, as somebody types them beside it. */

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer, request, type IncomingHttpHeaders, type RequestOptions } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test, type TestContext } from "node:test";

import { until } from "../support/within.ts";
import { foregate, Foregate, type Outcome } from "./foregate.ts";

interface Stage {
  readonly file: string;
  readonly socket: string;
  readonly program: Foregate;
  readonly port: string;
  /** Runs a command beside the program. */
  readonly run: (...words: readonly string[]) => Promise<Outcome>;
  readonly ask: (options: RequestOptions, body?: string) => Promise<Told>;
}

interface Told {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

const configOf = (word: string, more = ""): string =>
  `listen: "127.0.0.1:0"\nworkers: 2\nlogs: { access: off }\n${more}` +
  `sites: { "*": { respond: ${word} } }\n`;

async function staged(
  t: TestContext,
  config = configOf("one"),
  name = "foregate.yaml",
): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), "foregate-operate-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, name);
  writeFileSync(file, config);
  const environment = { RUNTIME_DIRECTORY: join(folder, "run") };
  const program = new Foregate(["run", "-c", file], { folder, environment });
  t.after(() => program.kill());
  const [, port = ""] = await program.says(/127\.0\.0\.1:(\d+)/);
  const runFolder = join(folder, "run");
  const sockets = (): readonly string[] =>
    existsSync(runFolder)
      ? readdirSync(runFolder).map((name) => join(runFolder, name, "admin.sock"))
      : [];
  await until(() => sockets().some((path) => existsSync(path)), "there is a socket");
  const [socket = ""] = sockets();
  return {
    file,
    socket,
    program,
    port,
    run: (command = "", ...words) =>
      foregate([command, "-c", file, ...words], { folder, environment }),
    ask: (options, body = "") => askAt(socket, options, body),
  };
}

async function askAt(socketPath: string, options: RequestOptions, body: string): Promise<Told> {
  const { promise, resolve, reject } = Promise.withResolvers<Told>();
  const asking = request({ socketPath, agent: false, ...options }, (response) => {
    const { statusCode: status = 0, headers } = response;
    text(response).then((said) => resolve({ status, headers, text: said }), reject);
  });
  asking.once("error", reject);
  asking.end(body);
  return await promise;
}

const pageAt = async (port: string): Promise<string> =>
  await (await fetch(`http://127.0.0.1:${port}/`)).text();

void test("operate: what runs, and each worker of it", async (t) => {
  const { run, file, port } = await staged(t);
  assert.equal(await pageAt(port), "one");
  const { code, stdout } = await run("status");
  assert.equal(code, 0);
  assert.match(stdout, /^version +\S+\npid +\d+\nstarted /);
  assert.ok(stdout.includes(`config     ${file} (revision 1)\n`));
  assert.match(stdout, /\nworkers +2\n/);
  const told = JSON.parse((await run("status", "--json")).stdout) as { listeners: object[] };
  assert.deepEqual(told.listeners, [
    { label: "127.0.0.1:0", address: "127.0.0.1", port: Number(port) },
  ]);
  const workers = (await run("workers")).stdout.split("\n");
  assert.match(workers[0] ?? "", /^worker {2}state {4}age {2}clients {2}in flight {2}heap/);
  assert.deepEqual(
    workers.slice(1, 3).map((line) => line.slice(0, 15)),
    ["1       serving", "2       serving"],
  );
});

void test("operate: a reload says what changed, and waits for it", async (t) => {
  const { run, file, port } = await staged(t);
  writeFileSync(file, configOf("two", "timeouts: { drain: 5s }\n"));
  const changes =
    '~ timeouts.drain: "30s" → "5s"\n~ sites["*"].routes[0].respond.body: "one" → "two"\n';
  const before = await run("diff");
  assert.deepEqual([before.code, before.stdout], [6, changes]);
  const { code, stdout } = await run("reload");
  assert.equal(code, 0);
  assert.equal(
    stdout.replace(/\d+ ms/, "… ms"),
    `${changes}revision 2 is in force (2 changes, … ms)\n`,
  );
  assert.equal(await pageAt(port), "two");
  const after = await run("diff");
  assert.deepEqual([after.code, after.stdout], [0, ""]);

  const back = await run("rollback");
  assert.match(back.stdout, /respond\.body: "two" → "one"\nrevision 3 is in force/);
  assert.equal(await pageAt(port), "one");
  const further = await run("rollback", "7");
  assert.deepEqual([further.code, further.stderr], [1, "error: want 1 to 2\n"]);
});

const isBun = process.versions["bun"] !== undefined;

void test("operate: a rollback brings hooks back as they were", async (t) => {
  const upstream = createServer((asked, response) => response.end(asked.headers["x-name"]));
  upstream.listen(0, "127.0.0.1");
  await once(upstream, "listening");
  t.after(() => void upstream.close());
  const { port: upstreamPort } = upstream.address() as AddressInfo;
  const folder = mkdtempSync(join(tmpdir(), "foregate-hooks-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const nameFile = join(folder, "name.mjs");
  writeFileSync(nameFile, 'export const name = "ada";\n');
  const text = `import { name } from "${nameFile}";

const hooks = { request: (_, to) => to.fields.set("x-name", name) };
const proxy = "127.0.0.1:${upstreamPort}";
export default { listen: "127.0.0.1:0", sites: { "*": { hooks, proxy } } };
`;
  const { run, file, port } = await staged(t, text, "foregate.config.mjs");
  assert.equal(await pageAt(port), "ada");
  rmSync(nameFile);
  writeFileSync(file, text.replace(/^import.*$/m, 'const name = "grace";'));
  assert.equal((await run("reload")).code, 0);
  assert.equal(await pageAt(port), "grace");
  const back = await run("rollback");
  if (isBun) assert.match(back.stderr, /Bun imports code from the disk only/);
  else assert.match(back.stdout, /revision 3 is in force/);
  assert.equal(await pageAt(port), isBun ? "grace" : "ada");
});

void test("operate: a config with a mistake stays out: a picture, and exit code 3", async (t) => {
  const { run, file, port, program } = await staged(t);
  writeFileSync(file, configOf("two", "lissten: 1\n"));
  const { code, stderr } = await run("reload");
  assert.equal(code, 3);
  assert.match(stderr, /^error\[FG1004\]: unknown key `lissten`[^]*\^+ did you mean `listen`\?/);
  assert.match(stderr, /\nerror: the config is wrong: the one before stays in force\n$/);
  const asJson = await run("reload", "--json");
  const told = JSON.parse(asJson.stdout) as { problems: { code: string; line: number }[] };
  assert.deepEqual(
    told.problems.map(({ code: found, line }) => [found, line]),
    [["FG1004", 4]],
  );
  assert.equal(await pageAt(port), "one");
  await program.says(/the config before stays in force: 1 error/);
});

void test("operate: new workers, one after the other", async (t) => {
  const { run, port } = await staged(t);
  const { code, stdout } = await run("workers", "--renew");
  assert.equal(code, 0);
  assert.match(stdout, /\n1 +serving +\d s/);
  assert.equal(await pageAt(port), "one");
});

void test("operate: a stop is waited for, and leaves nothing behind", async (t) => {
  const { run, program, socket } = await staged(t);
  const { code, stdout } = await run("stop", "--now");
  assert.equal(code, 0);
  assert.match(stdout, /^\d+ has stopped\n$/);
  assert.equal((await program.outcome()).code, 0);
  assert.equal(existsSync(join(socket, "..")), false);
  const gone = await run("status");
  assert.equal(gone.code, 4);
  assert.match(gone.stderr, /^error: nobody listens at \S+: is it running with this config\?\n$/);
});

void test("operate: nobody but the owner of the socket is heard", async (t) => {
  const { ask, socket } = await staged(t);
  assert.equal(statSync(socket).mode & 0o777, 0o600);
  assert.equal(statSync(join(socket, "..")).mode & 0o777, 0o700);
  const path = "/v1/status";
  const cases: readonly (readonly [RequestOptions, number])[] = [
    [{ path }, 200],
    [{ path, headers: { Host: "stranger.example" } }, 403],
    [{ path, headers: { Origin: "http://localhost" } }, 403],
    [{ path, method: "POST" }, 405],
    [{ path: "/v1/none" }, 404],
    [{ path: "/v1/constructor" }, 404],
    [{ path: "/v1/log-level", method: "PUT" }, 400],
    [{ path: "/v1/stop?graceMs=soon", method: "POST" }, 400],
  ];
  for (const [options, status] of cases) {
    const told = await ask(options);
    assert.equal(told.status, status, JSON.stringify(options));
    assert.doesNotThrow(() => JSON.parse(told.text));
  }
});

void test("operate: a config that is sent is checked, and meant for a revision", async (t) => {
  const { ask, port, program } = await staged(t);
  const put = (config: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Told> =>
    ask({ path: "/v1/config", method: "PUT", headers }, JSON.stringify(config));
  const sent = { listen: "127.0.0.1:0", sites: { "*": { respond: "sent" } } };
  const first = await ask({ path: "/v1/config" });
  assert.equal(first.headers.etag, '"1"');
  assert.equal((JSON.parse(first.text) as { workers: number }).workers, 2);
  assert.equal((await put({ sites: {} })).status, 422);
  assert.equal((await put(sent, { "If-Match": '"7"' })).status, 412);
  assert.equal(await pageAt(port), "one");
  const { status, headers } = await put(sent, { "If-Match": '"1"' });
  assert.deepEqual([status, headers.etag], [200, '"2"']);
  assert.equal(await pageAt(port), "sent");
  const level = await ask({ path: "/v1/log-level", method: "PUT" }, '{ "level": "error" }');
  assert.equal(level.status, 200);
  const history = JSON.parse((await ask({ path: "/v1/config/history" })).text) as {
    history: { revision: number }[];
  };
  assert.deepEqual(
    history.history.map(({ revision }) => revision),
    [2, 1],
  );
  assert.ok(program.stderr.length > 0);
});

void test("operate: where the config says where the socket is, it is found there", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "foregate-operate-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "foregate.yaml");
  const socket = join(folder, "own", "admin.sock");
  writeFileSync(file, configOf("one", `admin: "unix:${socket}"\n`));
  const program = new Foregate(["run", "-c", file], { folder });
  t.after(() => program.kill());
  await program.says(/127\.0\.0\.1:(\d+)/);
  assert.equal((await foregate(["status", "-c", file], { folder })).code, 0);
  const named = await foregate(["status", "--admin", `unix:${socket}`], { folder });
  assert.equal(named.code, 0);
});

void test("operate: where no socket can be made, the program runs all the same", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "foregate-operate-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "run"), "no folder");
  const file = join(folder, "foregate.yaml");
  writeFileSync(file, configOf("one"));
  const environment = { RUNTIME_DIRECTORY: join(folder, "run") };
  const program = new Foregate(["run", "-c", file], { folder, environment });
  t.after(() => program.kill());
  const [, port = ""] = await program.says(/127\.0\.0\.1:(\d+)/);
  await program.says(/the admin socket cannot be made/);
  assert.equal(await pageAt(port), "one");
});
