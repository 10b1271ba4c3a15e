/** Why an address cannot be listened on: what, where, and how to mend it. */

import { existsSync } from "node:fs";
import { dirname } from "node:path";

import type { PlacedListener } from "../config/listeners.ts";
import { docsOf } from "../config/problems.ts";

/** Stable; each has its section in the docs. */
export const bindCodes = {
  privilege: "FG2101",
  inUse: "FG2102",
  notOurs: "FG2103",
  noFolder: "FG2104",
  notAllowed: "FG2105",
  other: "FG2106",
  notPassed: "FG2107",
} as const;

export interface BindTrouble {
  readonly code: (typeof bindCodes)[keyof typeof bindCodes];
  readonly what: string;
  readonly fixes: readonly string[];
}

/** undefined: it is no error of listening. */
export function bindTroubleOf(
  error: unknown,
  listeners: readonly PlacedListener[],
): { readonly trouble: BindTrouble; readonly listener: PlacedListener } | undefined {
  if (!(error instanceof Error) || !("label" in error)) return undefined;
  const listener = listeners.find(({ options }) => options.label === error.label);
  return listener && { trouble: troubleOf(error, listener), listener };
}

/** For people. */
export function describeBindTrouble(trouble: BindTrouble, listener: PlacedListener): string {
  const { label } = listener.options;
  const where = listener.writtenAt ?? "by default, because the config has no `listen`";
  const [fix = "", ...others] = trouble.fixes;
  return [
    `error[${trouble.code}]: ${trouble.what}`,
    `  = ${listener.key}: ${label} (${where})`,
    `  = ${"fix:".padEnd(listener.key.length + 1)} ${fix}`,
    ...others.map((other) => `    ${"or:".padEnd(listener.key.length + 1)} ${other}`),
    `  = ${"docs:".padEnd(listener.key.length + 1)} ${docsOf(trouble.code)}`,
  ].join("\n");
}

/** What it means that listening there failed, or would fail, with this error. */
export function troubleOf(
  error: NodeJS.ErrnoException,
  { key, options }: PlacedListener,
): BindTrouble {
  const { label, host, port, socketPath, passed } = options;
  if (passed !== undefined) return passedTrouble(error, passed);
  if (socketPath !== undefined) return socketTrouble(error, key, socketPath);
  switch (error.code ?? "") {
    case "EACCES":
    case "EPERM":
      return privilegeTrouble(key, port);
    case "EADDRINUSE":
      return {
        code: bindCodes.inUse,
        what: `port ${port} is in use by another program`,
        fixes: [
          `find it: ss -ltnp 'sport = :${port}'`,
          `another port: ${key}: ${otherPort(key, port)}`,
        ],
      };
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
    case "EINVAL":
      return {
        code: bindCodes.notOurs,
        what: `${host ?? label} is no address of this machine`,
        fixes: ["see which there are: ip -brief address", anyAddress(key, port)],
      };
    default:
      return otherTrouble(error, key, label);
  }
}

type Key = PlacedListener["key"];

const usualPorts: Readonly<Record<Key, number>> = { listen: 8080, metrics: 9090 };

const otherPort = (key: Key, port: number): number =>
  port === usualPorts[key] ? port + 1 : usualPorts[key];

/** A bare port is every address for clients, and this machine only for metrics. */
const anyAddress = (key: Key, port: number): string =>
  key === "listen" ? `every address: listen: ${port}` : `this machine only: metrics: ${port}`;

function privilegeTrouble(key: Key, port: number): BindTrouble {
  return {
    code: bindCodes.privilege,
    what: `port ${port} needs a privilege this process lacks`,
    fixes: [
      `sudo setcap cap_net_bind_service=+ep ${process.execPath}`,
      "AmbientCapabilities=CAP_NET_BIND_SERVICE in its systemd unit",
      `a port above 1023: ${key}: ${usualPorts[key]}`,
    ],
  };
}

function socketTrouble(error: NodeJS.ErrnoException, key: Key, path: string): BindTrouble {
  const folder = dirname(path);
  // The system's own word for it, ENOENT, comes out of Node as EACCES.
  if (!existsSync(folder)) {
    return {
      code: bindCodes.noFolder,
      what: `the folder ${folder} of the socket does not exist`,
      fixes: [`mkdir -p ${folder}`],
    };
  }
  switch (error.code ?? "") {
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return {
        code: bindCodes.notAllowed,
        what: `this process may not make a socket in ${folder}`,
        fixes: [`let the process's user write there: ls -ld ${folder}`, "name another folder"],
      };
    case "EADDRINUSE":
      return {
        code: bindCodes.inUse,
        what: `${path} exists already`,
        fixes: [
          `see whether a program listens there: ss -lxp 'src = ${path}'`,
          `if none does, it is a leftover: rm ${path}`,
        ],
      };
    default:
      return otherTrouble(error, key, path);
  }
}

function passedTrouble({ message }: Error, passed: string): BindTrouble {
  const isNumber = /^\d+$/.test(passed);
  return {
    code: bindCodes.notPassed,
    what: message,
    fixes: [
      isNumber
        ? "start it by what opens the socket, such as a systemd socket unit"
        : `FileDescriptorName=${passed} in the systemd socket unit, and start it by that unit`,
      `let it open the socket itself: listen: ${usualPorts.listen}`,
    ],
  };
}

function otherTrouble(error: Error, key: Key, label: string): BindTrouble {
  return {
    code: bindCodes.other,
    what: `cannot listen on ${label}: ${error.message}`,
    fixes: [`name another address in \`${key}\``],
  };
}
