/** Asks a running program, over its admin socket. */

import { text } from "node:stream/consumers";

import { request } from "../admin/node-http.ts";

export interface AdminReply {
  readonly status: number;
  /** What its JSON holds. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** Nobody listens there, or it is not ours. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

/** Rejects with `Unreachable`. */
export async function askProgram(
  socketPath: string,
  method: string,
  path: string,
): Promise<AdminReply> {
  const { promise, resolve, reject } = Promise.withResolvers<AdminReply>();
  const headers = { Host: "localhost", "Content-Length": 0 };
  const asking = request({ socketPath, method, path, headers, agent: false }, (response) => {
    text(response).then((said) => {
      const body = JSON.parse(said) as AdminReply["body"];
      resolve({ status: response.statusCode ?? 0, body });
    }, reject);
  });
  asking.on("error", (error: NodeJS.ErrnoException) => {
    reject(new Unreachable(reasonOf(error, socketPath), { cause: error }));
  });
  asking.end();
  return await promise;
}

function reasonOf({ code, message }: NodeJS.ErrnoException, path: string): string {
  switch (code ?? "") {
    case "ENOENT":
      return `nobody listens at ${path}: is it running with this config?`;
    case "ECONNREFUSED":
      return `nobody listens at ${path} any more`;
    case "EACCES":
    case "EPERM":
      return `${path} belongs to another user: run this as that one`;
    default:
      return `cannot ask at ${path}: ${message}`;
  }
}
