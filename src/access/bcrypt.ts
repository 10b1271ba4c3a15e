/**
 * bcrypt, which the runtime does not have: a library in JavaScript, on a thread of its own. On ours
 * it would hold up every exchange for a tenth of a second at a time, asynchronous as it says it is.
 *
 * A thread lives for one comparison: it takes some 50 ms to start, beside the 300 ms that a good
 * cost takes, and nothing has to be kept, counted or stopped.
 */

import { extname } from "node:path";
import { Worker } from "node:worker_threads";

import type { BcryptJob } from "./bcrypt-thread.ts";

/** The source, or what it was made into. */
const threadFile = new URL(`./bcrypt-thread${extname(import.meta.url)}`, import.meta.url);

export function compareInThread(job: BcryptJob): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const thread = new Worker(threadFile, { workerData: job });
  thread.once("message", resolve);
  thread.once("error", reject);
  thread.once("exit", (code) => {
    reject(new Error(`Cannot compare with bcrypt: its thread ended with ${code}`));
  });
  return promise;
}
