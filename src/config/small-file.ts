/** A file that a config names and that is read whole, within a bound. */

import { readFileSync, statSync } from "node:fs";

import { writeByteCount } from "../base/quantity.ts";
import { reasonOf } from "./file-reason.ts";

export interface UnreadFile {
  readonly isTooLarge: boolean;
  readonly message: string;
}

export function readSmallFile(path: string, bytesMax: number): Buffer | UnreadFile {
  try {
    if (statSync(path).size <= bytesMax) return readFileSync(path);
    return { isTooLarge: true, message: `${path} is larger than ${writeByteCount(bytesMax)}` };
  } catch (error) {
    return { isTooLarge: false, message: `cannot read ${path}: ${reasonOf(error)}` };
  }
}
