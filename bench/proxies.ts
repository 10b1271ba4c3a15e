/**
 * The proxies that are compared: how each one is configured and started.
 *
 * Each adds to a request and an answer what it adds by default; none has a cache, compression or
 * rules. What is set away from a default is set so that all do the same work: connections to the
 * upstream are kept, bodies are streamed and never go to a disk, one worker, one thread.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeNginx } from "./nginx.ts";
import { freePort, type Command, type Processes, type RunningProcess } from "./processes.ts";
import { programFile } from "./programs.ts";
import { bigPaths, runSecondsMax } from "./upstream.ts";

export interface ProxySetup {
  readonly upstreamPort: number;
  /** Where the big transfers go (`bigPaths`), if not there too. */
  readonly bigUpstreamPort?: number;
  /** With an access log written to a file; otherwise none at all. */
  readonly hasAccessLog: boolean;
  /** Each collects and buffers bodies as it does by default, files included. */
  readonly buffersBodies?: boolean;
  /** More lines at the top of Foregate's configuration. */
  readonly foregateLines?: string;
  /** Foregate's; 1 by default, as for all. */
  readonly workers?: number;
  /** Words before the command: how to enter a network namespace. */
  readonly prefix?: readonly string[];
}

export interface Proxy {
  readonly name: ProxyName;
  readonly port: number;
  readonly process: RunningProcess;
}

/** What a `configure` function is told. */
interface Place extends ProxySetup {
  readonly folder: string;
  readonly port: number;
}

type Configured = Pick<Command, "program" | "args" | "env" | "stdoutFile">;

/** The core that the proxy under test has for itself. */
export const proxyCore = 0;

/** More than wrk ever opens: no proxy may be slow because it dials again and again. */
const keptUpstreamConnections = 1_024;

const configure = {
  nginx: configureNginx,
  haproxy: configureHaproxy,
  caddy: configureCaddy,
  "http-proxy": configureHttpProxy,
  foregate: configureForegate,
} as const satisfies Record<string, (place: Place) => Configured>;

export type ProxyName = keyof typeof configure;

export const proxyNames = Object.keys(configure) as readonly ProxyName[];

/** It has no access log of its own. */
export const proxiesWithLog: readonly ProxyName[] = proxyNames.filter((n) => n !== "http-proxy");

let startedCount = 0;

async function startProxy(
  processes: Processes,
  name: ProxyName,
  setup: ProxySetup,
): Promise<Proxy> {
  startedCount += 1;
  const processName = `${name}-${startedCount}`;
  const folder = join(processes.folder, processName);
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const command: Command = {
    name: processName,
    ...configure[name]({ ...setup, folder, port }),
    core: proxyCore,
    secondsMax: runSecondsMax,
    prefix: setup.prefix ?? [],
  };
  const started = processes.start(command);
  await started.listening(port);
  return { name, port, process: started };
}

/** All that start; one that does not is named, left out, and makes the benchmark end with 1. */
export async function startProxies(
  processes: Processes,
  names: readonly ProxyName[],
  setup: ProxySetup,
): Promise<readonly Proxy[]> {
  const started: Proxy[] = [];
  for (const name of names) {
    try {
      started.push(await startProxy(processes, name, setup));
    } catch (error) {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    }
  }
  return started;
}

/**
 * Mostly, buffering to a disk is off in both directions: the default would spool an upload and a
 * fast download to files, which most others do not do.
 */
function configureNginx(place: Place): Configured {
  const { folder, port, upstreamPort, bigUpstreamPort, hasAccessLog, buffersBodies } = place;
  const bigs = bigUpstreamPort === undefined ? [] : bigPaths;
  const bigUrl = `http://127.0.0.1:${bigUpstreamPort}`;
  return writeNginx(
    folder,
    `
  access_log ${hasAccessLog ? `${folder}/access.log` : "off"};
  upstream pool {
    server 127.0.0.1:${upstreamPort};
    keepalive ${keptUpstreamConnections};
    keepalive_requests 1000000000;
  }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    ${buffersBodies === true ? "" : "proxy_request_buffering off; proxy_max_temp_file_size 0;"}
    location / { proxy_pass http://pool; }
    ${bigs.map((path) => `location = ${path} { proxy_pass ${bigUrl}; }`).join("\n    ")}
  }`,
  );
}

/** It counts two files for each of `maxconn` and would refuse to start under a limit of 20,000. */
function configureHaproxy(place: Place): Configured {
  const { folder, port, upstreamPort, bigUpstreamPort, hasAccessLog } = place;
  const hasBig = bigUpstreamPort !== undefined;
  const file = join(folder, "haproxy.cfg");
  writeFileSync(
    file,
    `global
  nbthread 1
  maxconn 12000
  no strict-limits
  ${hasAccessLog ? "log stdout format raw local0 info" : ""}
defaults
  mode http
  http-reuse safe
  timeout connect 5s
  timeout client 300s
  timeout server 300s
  timeout http-keep-alive 300s
  ${hasAccessLog ? "log global\n  option httplog" : ""}
frontend door
  bind 127.0.0.1:${port} backlog 4096
  ${hasBig ? `use_backend big if { path ${bigPaths.join(" ")} }` : ""}
  default_backend pool
backend pool
  server upstream 127.0.0.1:${upstreamPort}
${hasBig ? `backend big\n  server upstream 127.0.0.1:${bigUpstreamPort}` : ""}
`,
  );
  const stdoutFile = join(folder, "access.log");
  return { program: programFile("haproxy"), args: ["-db", "-f", file], stdoutFile };
}

function configureCaddy(place: Place): Configured {
  const { folder, port, upstreamPort, bigUpstreamPort, hasAccessLog } = place;
  const hasBig = bigUpstreamPort !== undefined;
  const big = `@big path ${bigPaths.join(" ")}\n  reverse_proxy @big 127.0.0.1:${bigUpstreamPort}`;
  const file = join(folder, "Caddyfile");
  writeFileSync(
    file,
    `{
  admin off
  auto_https off
}
:${port} {
  bind 127.0.0.1
  ${hasAccessLog ? `log {\n    output file ${folder}/access.log\n  }` : ""}
  ${hasBig ? big : ""}
  reverse_proxy 127.0.0.1:${upstreamPort} {
    transport http {
      keepalive_idle_conns_per_host ${keptUpstreamConnections}
    }
  }
}
`,
  );
  return {
    program: programFile("caddy"),
    args: ["run", "--adapter", "caddyfile", "--config", file],
    env: { GOMAXPROCS: "1", HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
  };
}

function configureHttpProxy({ port, upstreamPort, bigUpstreamPort }: Place): Configured {
  const script = fileURLToPath(new URL("./http-proxy-server.ts", import.meta.url));
  const ports = [port, upstreamPort, bigUpstreamPort ?? upstreamPort];
  return { program: process.execPath, args: [script, ...ports.map(String)] };
}

/** What nginx is told, too. */
const streamingLines = `buffer: { disk: off }
defaults: { buffer: { request: off } }`;

/** With the log it is the default configuration: lines to stdout, and stdout is a file here. */
function configureForegate(place: Place): Configured {
  const { folder, port, upstreamPort, bigUpstreamPort, hasAccessLog, foregateLines = "" } = place;
  const { workers = 1 } = place;
  const isDefault = hasAccessLog || place.buffersBodies === true;
  const bigs = bigUpstreamPort === undefined ? [] : bigPaths;
  const bigAddress = `127.0.0.1:${bigUpstreamPort}`;
  const file = join(folder, "foregate.yaml");
  writeFileSync(
    file,
    `listen: "127.0.0.1:${port}"
workers: ${workers}
${hasAccessLog ? "" : "logs: { access: off }"}
${isDefault ? "" : streamingLines}
${foregateLines}
sites:
  "*":
    routes:
      - { proxy: "127.0.0.1:${upstreamPort}" }
${bigs.map((path) => `      - { path: ${path}, proxy: "${bigAddress}" }\n`).join("")}`,
  );
  return foregateCommand(file, folder);
}

/** The source, with this config. */
export function foregateCommand(file: string, folder: string): Configured {
  const script = fileURLToPath(new URL("../src/main.ts", import.meta.url));
  const stdoutFile = join(folder, "access.log");
  return { program: process.execPath, args: [script, "run", "-c", file], stdoutFile };
}
