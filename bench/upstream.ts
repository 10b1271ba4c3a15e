/**
 * The one upstream that all proxies stand before: an nginx that serves files and takes bodies, as
 * cheaply as nginx can, on the core of the load.
 */

import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeNginx } from "./nginx.ts";
import { freePort, type Processes, type RunningProcess } from "./processes.ts";

export interface Upstream {
  readonly port: number;
  readonly process: RunningProcess;
}

/** The files that it serves, by path. */
export const bodyBytes = {
  "/60b": 60,
  "/1kb": 1_000,
  "/100kb": 100_000,
  "/10mb": 10_000_000,
  "/1gb": 1_000_000_000,
} as const satisfies Record<string, number>;

export type BodyPath = keyof typeof bodyBytes;

/** The path that reads a request body to its end and answers 200 with three bytes. */
export const postPath = "/post";

/** The same in small pieces, so that one body of 1 GB does not hold up everything else. */
export const uploadPath = "/upload";

/** What the three big clients ask for, less the large heads. */
export const bigPaths = ["/1gb", uploadPath] as const;

/** Load and upstream share it; the proxy under test has the other one for itself. */
export const loadCore = 1;

/**
 * nginx answers a POST before it has read it, unless a module asks for the body: `mirror` does. No
 * file has the name that comes next, and the error page turns this into the answer.
 */
const readsBody = "mirror /discard; mirror_request_body on; error_page 404 =200 @taken;";

/** Longer than any run: whoever starts a process for the whole run bounds it with this. */
export const runSecondsMax = 7_200;

export async function startUpstream(
  processes: Processes,
  folderName: string,
  prefix: readonly string[] = [],
): Promise<Upstream> {
  const folder = join(processes.folder, folderName);
  const files = join(folder, "files");
  mkdirSync(files, { recursive: true });
  for (const [path, bytes] of Object.entries(bodyBytes)) writeBody(join(files, path), bytes);

  const port = await freePort();
  const command = writeNginx(folder, serverBlock(port, files));
  const name = folderName;
  const limits = { core: loadCore, secondsMax: runSecondsMax };
  const started = processes.start({ name, ...command, ...limits, prefix });
  await started.listening(port);
  return { port, process: started };
}

function serverBlock(port: number, files: string): string {
  return `
  access_log off;
  keepalive_timeout 3600s;
  open_file_cache max=100;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    root ${files};
    location / { }
    location = /1gb { sendfile_max_chunk 64k; }
    location = ${postPath} { client_body_buffer_size 2m; ${readsBody} }
    location = ${uploadPath} { client_body_buffer_size 64k; ${readsBody} }
    location = /discard { internal; return 204; }
    location @taken { return 200 "ok\\n"; }
  }`;
}

/** Letters, so that nothing compresses or stops at a zero; a hole in the file for the largest. */
function writeBody(file: string, bytes: number): void {
  const isHole = bytes > 100_000_000;
  writeFileSync(file, isHole ? "" : Buffer.alloc(bytes, "abcdefghijklmnopqrstuvwxyz\n"));
  if (isHole) truncateSync(file, bytes);
}
