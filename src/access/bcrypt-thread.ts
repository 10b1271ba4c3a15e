/** The thread of `bcrypt.ts`: compares one password with one hash, says which, and is over. */

import { parentPort, workerData } from "node:worker_threads";

import { compareSync } from "bcryptjs";

export interface BcryptJob {
  readonly hash: string;
  readonly password: string;
}

const { hash, password } = workerData as BcryptJob;
parentPort?.postMessage(compareSync(password, hash));
