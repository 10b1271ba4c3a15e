/**
 * A spool file that cannot be had, or whose disk is full: slow clients hold their upstreams as
 * without it, the operator is told, and every byte is right.
 */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { Pattern } from "../contract/pattern.ts";
import { startProxy } from "../support/proxy.ts";
import { connectClient } from "../support/scripted-client.ts";
import { ScriptedUpstream } from "../support/scripted-upstream.ts";
import { pause, thenAlways, until } from "../support/within.ts";

const pageBytes = 40_000_000;

const isRoot = process.getuid?.() === 0;

const folder = mkdtempSync(join(tmpdir(), "foregate-spool-"));
const mount = (): boolean =>
  spawnSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", folder]).status === 0;
const isMounted = process.platform === "linux" && isRoot && mount();
after(() => {
  if (isMounted) spawnSync("umount", [folder]);
  rmSync(folder, { recursive: true, force: true });
});

const nobody = 65_534;
const { seteuid } = process;

interface Disk {
  readonly name: string;
  readonly directory: string;
  readonly skip: string | false;
  readonly troubles: readonly RegExp[];
  /** What happens to it once the proxy runs. */
  readonly spoil?: () => void;
  /** Files are opened as nobody meanwhile. */
  readonly isNobody?: boolean;
}

/** The name of a folder of its own. */
const newFolder = (): string => mkdtempSync(join(tmpdir(), "foregate-spool-"));

const lost = newFolder();
const locked = newFolder();
chmodSync(locked, 0o700);
after(() => rmSync(locked, { recursive: true, force: true }));

const disks: readonly Disk[] = [
  {
    name: "a folder that is not there any more",
    directory: lost,
    skip: false,
    troubles: [/the spool file in .*: slow clients may hold .*ENOENT/],
    spoil: () => rmSync(lost, { recursive: true }),
  },
  {
    name: "a folder that is another user's",
    directory: locked,
    skip: isRoot && seteuid !== undefined ? false : "only root can act as another user",
    troubles: [/the spool file in .*: slow clients may hold .*EACCES/],
    isNobody: true,
  },
  {
    name: "a disk that is full",
    directory: folder,
    skip: isMounted ? false : "only root on Linux can mount a small disk",
    troubles: [/the spool file in .*: slow clients may hold .*ENOSPC/],
  },
];

for (const { name, directory, skip, troubles, spoil, isNobody = false } of disks) {
  void test(`spool file: ${name}`, { skip }, async () => {
    const upstream = new ScriptedUpstream("a");
    await upstream.listen();
    const buffer = { memory: "8MiB", directory };
    const config = { buffer, sites: { "*": upstream.address } };
    const proxy = await startProxy({ config, troubles });
    spoil?.();
    if (isNobody) seteuid?.call(process, nobody);
    const client = await connectClient(proxy.port);
    const page = new Pattern(7);
    const seen = new Pattern(7);
    await thenAlways(
      async () => {
        client.stall();
        client.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        const connection = await upstream.nextConnection();
        await connection.expect("\r\n\r\n");
        connection.say(`HTTP/1.1 200 OK\r\nContent-Length: ${pageBytes}\r\n\r\n`);
        const saying = sayPage(page, (piece) => connection.sayAll(piece));
        await until(() => proxy.troubles.length > 0, "the operator is told");
        await pause(300);
        assert.ok(page.position < pageBytes, "the upstream has to wait");
        const { memory } = proxy.worker.observed.spools;
        assert.ok(memory.bytesUsed <= memory.bytesMax, `${memory.bytesUsed} bytes of memory`);
        client.resume();
        await client.expect("\r\n\r\n");
        while (seen.position < pageBytes) {
          const want = Math.min(1_000_000, pageBytes - seen.position);
          seen.check(Buffer.from(await client.expectBytes(want), "latin1"));
        }
        await saying;
        assert.deepEqual(skip === false && name.includes("full") ? readdirSync(folder) : [], []);
      },
      async () => {
        if (isNobody) seteuid?.call(process, 0);
        client.close();
        await upstream.close();
        await proxy.close();
      },
    );
  });
}

async function sayPage(page: Pattern, say: (piece: Buffer) => Promise<void>): Promise<void> {
  while (page.position < pageBytes) {
    await say(Buffer.from(page.next(Math.min(60_000, pageBytes - page.position))));
  }
}
