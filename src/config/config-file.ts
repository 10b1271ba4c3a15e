/**
 * The bytes of a config file, if it may be trusted. Whoever can write it decides where requests and
 * passwords go, and which files this process shows (threats: a local user who is not the operator).
 */

import { closeSync, fstatSync, openSync, readFileSync, type Stats } from "node:fs";

export interface Refusal {
  readonly kind: "not-found" | "folder" | "unreadable" | "writable";
  readonly message: string;
  /** undefined: it depends on who named the file. */
  readonly help: string | undefined;
}

/** `file` is how the user named it. */
export function readConfigFile(path: string, file: string): Buffer | Refusal {
  try {
    // What is looked at is what is read, also if another file takes its name meanwhile.
    const descriptor = openSync(path, "r");
    try {
      return distrust(file, fstatSync(descriptor), owners()) ?? readFileSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    return unreadable(file, error);
  }
}

/** Who may write a config. */
export interface Owners {
  readonly userIds: readonly number[];
  readonly groupIds: readonly number[];
}

/** Root, the user of this process, and who became root by `sudo`. */
function owners(): Owners | undefined {
  const userId = process.getuid?.();
  const groupId = process.getgid?.();
  if (userId === undefined || groupId === undefined) return undefined;
  const { SUDO_UID, SUDO_GID } = process.env;
  const isSudo = userId === 0;
  return {
    userIds: [0, userId, ...(isSudo && SUDO_UID !== undefined ? [Number(SUDO_UID)] : [])],
    groupIds: [0, groupId, ...(isSudo && SUDO_GID !== undefined ? [Number(SUDO_GID)] : [])],
  };
}

const groupMayWrite = 0o020;
const othersMayWrite = 0o002;

/** undefined: nobody else can write it; pipes and devices have no content to change. */
export function distrust(
  file: string,
  status: Pick<Stats, "isFile" | "mode" | "uid" | "gid">,
  trusted: Owners | undefined,
): Refusal | undefined {
  if (trusted === undefined || !status.isFile()) return undefined;
  const { mode, uid, gid } = status;
  const kind = "writable";
  if ((mode & othersMayWrite) !== 0) {
    const message = "it is not used: every user of this machine can write it";
    return { kind, message, help: `chmod o-w ${file}` };
  }
  if (!trusted.userIds.includes(uid)) {
    const [root, own] = trusted.userIds;
    const whose = own === root ? "root" : "root or the user that Foregate runs as";
    const message = `it is not used: it belongs to the user with ID ${uid}, not to ${whose}`;
    return { kind, message, help: `chown ${own ?? "root"} ${file}` };
  }
  if ((mode & groupMayWrite) !== 0 && !trusted.groupIds.includes(gid)) {
    const message = `it is not used: the group with ID ${gid} can write it`;
    return { kind, message, help: `chmod g-w ${file}` };
  }
  return undefined;
}

function unreadable(file: string, error: unknown): Refusal {
  const { code = "", message } = error as NodeJS.ErrnoException;
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return { kind: "not-found", message: "there is no such file", help: undefined };
    case "EISDIR":
      return { kind: "folder", message: "it is a folder", help: undefined };
    case "EACCES": {
      const help = `chmod +r ${file}`;
      return { kind: "unreadable", message: "this process may not read it", help };
    }
    default:
      return { kind: "unreadable", message: `cannot read it: ${message}`, help: undefined };
  }
}
