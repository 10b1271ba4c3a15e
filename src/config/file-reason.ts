/** Why a file cannot be read, in words. */

const reasons: Readonly<Record<string, string>> = {
  EACCES: "this process may not read it",
  EISDIR: "it is a folder",
  ENOENT: "there is no such file",
  ENOTDIR: "part of its path is no folder",
};

export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return reasons[code ?? ""] ?? message;
}
