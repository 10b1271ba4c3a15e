/**
 * A machine of its own for the commands of a page: the pages name ports (8080, 3000), as their
 * readers do, and on this machine somebody else may have them. On Linux that is a network
 * namespace, which root may always have and others mostly; elsewhere this machine itself, if all
 * those ports are free.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

import { findProgram } from "../../tools/debian.ts";

export interface Machine {
  /** Words to be said before a program's own, so that it runs there. */
  readonly enter: readonly string[];
  /** To be called when all its programs have ended. */
  readonly close: () => void;
}

/** All that the pages listen on. */
const ports: readonly number[] = [3000, 3001, 4000, 4001, 8080, 8081, 9090];

/** Or the reason why there is none. */
export async function openMachine(): Promise<Machine | string> {
  const isRoot = process.getuid?.() === 0;
  if (findProgram("unshare") !== undefined && findProgram("nsenter") !== undefined) {
    const machine = await openNamespace(isRoot ? [] : ["--map-root-user"]);
    if (machine !== undefined) return machine;
  }
  for (const port of ports) {
    if (!(await isFree(port)))
      return `no network namespace is to be had, and port ${port} is taken`;
  }
  return { enter: [], close: () => undefined };
}

/** It is there as long as a program in it reads what we say, and so never longer than we are. */
async function openNamespace(options: readonly string[]): Promise<Machine | undefined> {
  const script = "ip link set lo up && echo open && exec cat";
  const keeper = spawn("unshare", ["--net", ...options, "sh", "-c", script], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const ended = once(keeper, "close");
  const opened = await Promise.race([once(keeper.stdout, "data"), ended]);
  if (!Buffer.isBuffer(opened[0])) return undefined;
  const asUser = options.length === 0 ? [] : ["--user", "--preserve-credentials"];
  return {
    enter: ["nsenter", "--target", String(keeper.pid), "--net", ...asUser, "--"],
    close: () => keeper.stdin.end(),
  };
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, () => server.close(() => resolve(true)));
  });
}
