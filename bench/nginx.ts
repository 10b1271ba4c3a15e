/**
 * What the two nginx of a benchmark have in common, the one that serves and the one that proxies:
 * one worker, in the foreground, and nothing outside its own folder.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { programFile } from "./programs.ts";
import type { Command } from "./processes.ts";

/**
 * Under the limit of open files that many machines have; 10,000 connections and their upstreams.
 */
const openFilesMax = 20_000;

export type NginxCommand = Pick<Command, "program" | "args">;

export function writeNginx(folder: string, http: string): NginxCommand {
  for (const name of ["body", "proxy", "other"]) mkdirSync(join(folder, name), { recursive: true });
  const file = join(folder, "nginx.conf");
  writeFileSync(
    file,
    `${process.getuid?.() === 0 ? "user root;" : ""}
daemon off;
worker_processes 1;
worker_rlimit_nofile ${openFilesMax};
pid ${folder}/nginx.pid;
error_log stderr error;
events { worker_connections ${openFilesMax}; }
http {
  default_type application/octet-stream;
  sendfile on;
  keepalive_requests 1000000000;
  client_max_body_size 0;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/other;
  uwsgi_temp_path ${folder}/other;
  scgi_temp_path ${folder}/other;
${http}
}
`,
  );
  return { program: programFile("nginx"), args: ["-p", folder, "-e", "stderr", "-c", file] };
}
