/**
 * Events as JSON, one object a line. Importing this file imports the library, which takes 15 ms: so
 * it is imported once the program is ready. It makes lines and no more; where they go, and what
 * becomes of those that find no room, is the log's business (docs/decisions/0014-events.md).
 */

import { pino } from "pino";

import { jsonText } from "../observe/json-text.ts";
import type { WriteEvent } from "../observe/event-lines.ts";
import { isoTime } from "../observe/line-time.ts";

export function jsonEventWriter(): WriteEvent {
  let line = "";
  let nowMs = 0;
  const logger = pino(
    {
      level: "trace",
      base: null,
      messageKey: "message",
      errorKey: "error",
      timestamp: () => `,"time":"${isoTime(nowMs)}"`,
      formatters: { level: (level) => ({ level }) },
    },
    { write: (text: string) => (line = text) },
  );
  return ({ level, message, fields, error }, timeMs) => {
    nowMs = timeMs;
    logger[level]({ ...fields, ...(error === undefined ? {} : { error }) }, message);
    return inAscii(line);
  };
}

const beyondAscii = /[^\x00-\x7e]+/g;

/** What is valid in any encoding is harmless on a terminal, too (threat 170). */
const inAscii = (line: string): string => line.replace(beyondAscii, jsonText);
