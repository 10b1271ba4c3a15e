/** From the options of an access log to one that is open. */

import { isatty } from "node:tty";

import { AccessLog } from "./access-log.ts";
import { writeAccessLine } from "./access-line.ts";
import type { WriteLine } from "./access-record.ts";
import { writeCombinedLine } from "./combined-line.ts";
import { writeLogfmtLine } from "./logfmt-line.ts";
import type { WriteTurn } from "./log-sink.ts";
import { openLogSink } from "./open-log-sink.ts";
import type { AccessLogOptions } from "./options.ts";
import { writeColouredLine, writePlainLine } from "./pretty-line.ts";
import { Redaction } from "./redaction.ts";
import { selectionOf } from "./selection.ts";

const standardOutput = 1;

/**
 * None if there are no options. Throws if its file cannot be opened. `turn`: of those who write to
 * the same file.
 */
export function openAccessLog(
  options: AccessLogOptions | undefined,
  turn?: WriteTurn,
): AccessLog | undefined {
  if (options === undefined) return undefined;
  const isTerminal = options.file === undefined && isatty(standardOutput);
  return new AccessLog(openLogSink(options.file, standardOutput, turn), {
    writeLine: lineWriterOf(options.format, isTerminal, process.env),
    redaction: new Redaction(options.redaction),
    fields: options.fields,
    selection: selectionOf(options),
  });
}

/** Colours go to terminals alone: in a file they would be noise. */
export function lineWriterOf(
  format: AccessLogOptions["format"],
  isTerminal: boolean,
  environment: NodeJS.ProcessEnv,
): WriteLine {
  switch (format ?? (isTerminal ? "pretty" : "json")) {
    case "json":
      return writeAccessLine;
    case "combined":
      return writeCombinedLine;
    case "logfmt":
      return writeLogfmtLine;
    case "pretty":
      return isTerminal && wantsColour(environment) ? writeColouredLine : writePlainLine;
  }
}

/** https://no-color.org */
function wantsColour(environment: NodeJS.ProcessEnv): boolean {
  return (environment["NO_COLOR"] ?? "") === "" && environment["TERM"] !== "dumb";
}
