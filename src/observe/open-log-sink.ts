/** Which sink a log gets: told by what its path, or a standard stream, turns out to be. */

import { FileSink } from "./file-sink.ts";
import { deviceOfFile, deviceOfStream, isRegularFile, type StandardStream } from "./log-device.ts";
import type { LogSink, WriteTurn } from "./log-sink.ts";
import { PipeSink } from "./pipe-sink.ts";

/** Opens the file at `path`, or `stream` if there is none. Throws if it cannot be opened. */
export function openLogSink(
  path: string | undefined,
  stream: StandardStream = 1,
  turn?: WriteTurn,
): LogSink {
  const device = path === undefined ? deviceOfStream(stream) : deviceOfFile(path);
  const file = device.open();
  return isRegularFile(file) ? new FileSink(device, file, turn) : new PipeSink(device, file);
}
