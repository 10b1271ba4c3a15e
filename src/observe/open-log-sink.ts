/** Which sink a log gets: told by what its path, or standard output, turns out to be. */

import { FileSink } from "./file-sink.ts";
import { deviceOfFile, deviceOfStandardOutput, isRegularFile } from "./log-device.ts";
import type { LogSink } from "./log-sink.ts";
import { PipeSink } from "./pipe-sink.ts";

/** Opens the file at `path`, or standard output if there is none. Throws if it cannot be opened. */
export function openLogSink(path: string | undefined): LogSink {
  const device = path === undefined ? deviceOfStandardOutput() : deviceOfFile(path);
  const file = device.open();
  return isRegularFile(file) ? new FileSink(device, file) : new PipeSink(device, file);
}
