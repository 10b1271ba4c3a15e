/**
 * Sockets that whoever starts the program has opened for it: systemd by a socket unit, or any other
 * supervisor. They are found by their number, or by the name that systemd gives them: `LISTEN_FDS`
 * are there from 3 on, for the process `LISTEN_PID`, called as in `LISTEN_FDNAMES` (sd_listen_fds).
 */

import { fstatSync } from "node:fs";

/** The first that is none of standard input, output and error. */
export const firstPassed = 3;

/** The code of errors about a socket that is not there, or cannot be used. */
export const notPassed = "ENOTPASSED";

export interface Starter {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  readonly isSocket: (fd: number) => boolean;
}

/** Its file descriptor. Throws with the code `ENOTPASSED`, and what is missing. */
export function passedSocket(wanted: string, starter: Starter = ourStarter): number {
  const fd = /^\d+$/.test(wanted) ? Number(wanted) : fdNamed(wanted, starter);
  if (starter.isSocket(fd)) return fd;
  throw notPassedError(`the program was started without a socket as file descriptor ${fd}`);
}

function fdNamed(wanted: string, { environment, pid }: Starter): number {
  const {
    LISTEN_PID: forPid,
    LISTEN_FDS: howMany = "0",
    LISTEN_FDNAMES: called = "",
  } = environment;
  if (forPid === undefined) {
    throw notPassedError("the program was started without sockets: LISTEN_PID is not set");
  }
  if (Number(forPid) !== pid) {
    throw notPassedError(`sockets were passed to process ${forPid}, and this one is ${pid}`);
  }
  const names = called.split(":").slice(0, Number(howMany));
  const at = names.indexOf(wanted);
  if (at < 0) throw notPassedError(`sockets were passed with other names: ${names.join(", ")}`);
  if (names.includes(wanted, at + 1)) {
    const fds = names.flatMap((name, index) => (name === wanted ? firstPassed + index : []));
    throw notPassedError(`several sockets are called ${wanted}: ${fds.join(", ")}`);
  }
  return firstPassed + at;
}

export function notPassedError(message: string): Error {
  return Object.assign(new Error(message), { code: notPassed });
}

const ourStarter: Starter = {
  environment: process.env,
  pid: process.pid,
  isSocket(fd) {
    try {
      return fstatSync(fd).isSocket();
    } catch {
      // Nothing is open there.
      return false;
    }
  },
};
