/** What was found on a machine, and what the doctor says of it: decided without looking. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { checkLines, checksOf } from "../../src/cli/doctor-checks.ts";
import type { Findings, MachineFinding } from "../../src/cli/doctor-findings.ts";
import { isInTheWay, socketsIn } from "../../src/cli/listening-sockets.ts";
import type { PlacedListener } from "../../src/config/listeners.ts";

const machine: MachineFinding = {
  runtime: "node 26.10.0",
  platform: "linux x64",
  nowMs: Date.UTC(2026, 10, 23, 12),
  openFilesMax: 65_536,
  connectionsRoom: 33_407,
  allOpenFilesMax: 1_000_000,
  backlogMax: 4_096,
  migratesRequests: true,
  localPorts: 28_232,
  memoryBytesMax: Infinity,
  poolThreads: 4,
};

const listenerOf = (label: string, port: number): PlacedListener => ({
  key: "listen",
  writtenAt: undefined,
  options: { label, host: undefined, port, socketPath: undefined },
});

const well: Findings = {
  config: {
    file: "foregate.yaml",
    isValid: true,
    counted: "",
    connectionsMax: 10_000,
  },
  listeners: [{ listener: listenerOf(":8080", 8_080), code: undefined, holder: undefined }],
  upstreams: [{ label: "a.test:80", addresses: ["192.0.2.1"], trouble: undefined }],
  logFiles: [{ key: "logs.access", file: "/var/log/access.log", trouble: undefined }],
  spoolFolder: { key: "spool file", file: "/var/tmp", trouble: undefined },
  machine,
};

void test("doctor: a name is looked up without its scheme and port", () => {
  for (const label of ["a.test:80", "http://a.test:80", "https://a.test:443"]) {
    const upstreams = [{ label, addresses: [], trouble: "ENOTFOUND" }];
    const mend = checksOf({ ...well, upstreams }).find(({ name }) => name === "upstream")?.mend;
    assert.equal(mend, "see what the resolver says: getent hosts a.test");
  }
});

void test("doctor: all is well", () => {
  assert.equal(
    checkLines(checksOf(well)).join("\n"),
    `ok    config       foregate.yaml: valid
ok    listen       :8080 is free
ok    upstream     a.test:80 takes connections
ok    logs.access  /var/log/access.log can be written
ok    spool file   /var/tmp can be written
ok    runtime      node 26.10.0 on linux x64
ok    clock        2026-11-23T12:00:00.000Z
ok    open files   65536: room for 33407 clients
ok    backlog      net.core.somaxconn is 4096
ok    migration    net.ipv4.tcp_migrate_req is 1
ok    local ports  28232 for connections to one upstream address
ok    memory       no limit on this control group
ok    threads      4 look up 1 name of upstreams, and write log files

0 failed, 0 to look at, 13 well`,
  );
});

const ofMachine = (changes: Partial<MachineFinding>): Partial<Findings> => ({
  machine: { ...machine, ...changes },
});

const ofConfig = (changes: Partial<Findings["config"]>): Partial<Findings> => ({
  config: { ...well.config, ...changes },
});

const taken = (command: string): Partial<Findings> => ({
  listeners: [{ listener: listenerOf(":80", 80), code: "EADDRINUSE", holder: { pid: 7, command } }],
});

const names = Array.from({ length: 9 }, (_, at) => ({
  label: `${at}.test`,
  addresses: ["192.0.2.1"],
  trouble: undefined,
}));

interface Case {
  readonly name: string;
  readonly found: Partial<Findings>;
  /** State and name, what is said, and the mend: all that is not well. */
  readonly want: readonly RegExp[];
}

const cases: readonly Case[] = [
  {
    name: "no config",
    found: ofConfig({ file: undefined }),
    want: [/^warn config: none was found > foregate init/],
  },
  {
    name: "a config that is wrong",
    found: ofConfig({ isValid: false, counted: "2 errors" }),
    want: [/^fail config: foregate\.yaml: 2 errors > foregate check -c foregate\.yaml/],
  },
  {
    name: "a config with warnings",
    found: ofConfig({ counted: "1 warning" }),
    want: [/^warn config: foregate\.yaml: 1 warning/],
  },
  {
    name: "a port that another program has",
    found: taken("nginx: master process"),
    want: [
      /^fail listen: :80: port 80 is in use .*: process 7, nginx: master process > find it: ss/,
    ],
  },
  { name: "a port that a Foregate has", found: taken("node /usr/bin/foregate run"), want: [] },
  {
    name: "a port that wants a privilege",
    found: {
      listeners: [{ listener: listenerOf(":80", 80), code: "EACCES", holder: undefined }],
    },
    want: [
      /^fail listen: :80: port 80 needs a privilege .* > sudo setcap .*; or a port above 1023/,
    ],
  },
  {
    name: "a name that does not resolve",
    found: { upstreams: [{ label: "a.test:80", addresses: [], trouble: "ENOTFOUND" }] },
    want: [/^fail upstream: a\.test:80: its name .* \(ENOTFOUND\) > .*getent hosts a\.test$/],
  },
  {
    name: "an upstream that is down",
    found: { upstreams: [{ label: ":1", addresses: undefined, trouble: "refused" }] },
    want: [/^fail upstream: :1: refused > start it/],
  },
  {
    name: "a log that cannot be written",
    found: { logFiles: [{ key: "logs.events", file: "/x", trouble: "EACCES" }] },
    want: [/^fail logs\.events: \/x: EACCES > let the user/],
  },
  {
    name: "a folder in which no spool file can be made",
    found: { spoolFolder: { key: "spool file", file: "/x", trouble: "EACCES" } },
    want: [/^warn spool file: \/x: EACCES: what slow clients .* > let the user/],
  },
  { name: "a clock of 1970", found: ofMachine({ nowMs: 0 }), want: [/^warn clock: it says 1970/] },
  {
    name: "a clock of the far future",
    found: ofMachine({ nowMs: Date.UTC(2100, 1) }),
    want: [/^warn clock/],
  },
  {
    name: "few open files",
    found: ofMachine({ openFilesMax: 1_024, connectionsRoom: 505 }),
    want: [/^warn open files: .*505 clients, limits\.connections is 10000 > ulimit -n/],
  },
  {
    name: "few open files, and no limit on connections",
    found: {
      ...ofMachine({ openFilesMax: 1_024, connectionsRoom: 505 }),
      ...ofConfig({ connectionsMax: 0 }),
    },
    want: [/^warn open files: 1024: room for 505 clients > ulimit -n/],
  },
  {
    name: "few open files for all programs",
    found: ofMachine({ allOpenFilesMax: 20_000 }),
    want: [/^warn open files: .*fs\.file-max is 20000 .* > sysctl -w fs\.file-max=131072$/],
  },
  {
    name: "a short backlog, a narrow range of ports, no migration",
    found: ofMachine({ backlogMax: 128, localPorts: 5_000, migratesRequests: false }),
    want: [/^warn backlog: .*somaxconn is 128/, /^warn migration/, /^warn local ports: 5000/],
  },
  {
    name: "little memory",
    found: ofMachine({ memoryBytesMax: 128 * 1024 * 1024 }),
    want: [/^warn memory: at most 128MiB, want 256MiB > raise/],
  },
  {
    name: "more names than threads",
    found: { upstreams: names },
    want: [/^warn threads: 4 look up 9 names .* > UV_THREADPOOL_SIZE=13/],
  },
  {
    name: "another system",
    found: ofMachine({ platform: "darwin arm64" }),
    want: [/^warn runtime: .*darwin/],
  },
  {
    name: "a system that says nothing",
    found: ofMachine({
      openFilesMax: undefined,
      connectionsRoom: Infinity,
      allOpenFilesMax: undefined,
      backlogMax: undefined,
      migratesRequests: undefined,
      localPorts: undefined,
      memoryBytesMax: undefined,
    }),
    want: [],
  },
];

for (const { name, found, want } of cases) {
  void test(`doctor: ${name}`, () => {
    const said = checksOf({ ...well, ...found }).flatMap((check) =>
      check.state === "ok"
        ? []
        : [`${check.state} ${check.name}: ${check.message} > ${check.mend ?? ""}`],
    );
    assert.equal(said.length, want.length, said.join("\n"));
    want.forEach((pattern, at) => assert.match(said[at] ?? "", pattern));
  });
}

/** The columns that count, and some of the others. */
const row = (local: string, state: string, inode: string): string =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000 0 0 ${inode} 1\n`;

const table =
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid inode\n" +
  row("0100007F:1F90", "0A", "4711") +
  row("00000000:0050", "0A", "12") +
  row("0100007F:1F90", "01", "99");
const row6 = row("00000000000000000000000001000000:1F91", "0A", "5");

void test("doctor: rows of /proc/net/tcp and tcp6 that listen", () => {
  assert.deepEqual(socketsIn(table), [
    { address: "127.0.0.1", port: 8_080, inode: "4711" },
    { address: "0.0.0.0", port: 80, inode: "12" },
  ]);
  assert.deepEqual(socketsIn(row6), [{ address: "::1", port: 8_081, inode: "5" }]);
});

const ways: readonly (readonly [held: string, wanted: string | undefined, isInWay: boolean])[] = [
  ["127.0.0.1", undefined, true],
  ["127.0.0.1", "127.0.0.1", true],
  ["127.0.0.1", "127.0.0.2", false],
  ["0.0.0.0", "127.0.0.2", true],
  ["::", "127.0.0.2", true],
  ["::1", "127.0.0.1", false],
  ["::1", "0:0::1", true],
  ["127.0.0.1", "0.0.0.0", true],
];

for (const [address, wanted, isInWay] of ways) {
  void test(`doctor: who listens at ${address} and ${wanted ?? "everywhere"}`, () => {
    assert.equal(isInTheWay({ address, port: 1, inode: "" }, wanted), isInWay);
  });
}
