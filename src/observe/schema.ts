/** What a user writes under `logs`, read into the plan's form. */

import { z } from "zod";

import { describe, oneOf, reject, text, type Reader } from "../base/reader.ts";
import type { AccessLogOptions } from "./options.ts";

const key = <T>(reader: Reader<T>) => z.unknown().transform(reader).optional();

const laterFormats = ["pretty", "clf", "combined", "ecs", "logfmt", "otlp"];

const accessMap = z
  .strictObject({ file: key(text), format: key(oneOf(["json"], laterFormats)) })
  .transform((log): AccessLogOptions => ({ file: log.file }));

/** A switch grows to a map: `on` is the empty one, `off` is null, which no map can be. */
const asMap: Reader<object | null> = (value, reporter) => {
  if (value === "off" || value === false) return null;
  if (value === "on" || value === true) return {};
  if (typeof value === "object" && value !== null) return value;
  const message = `want off, or a map such as { file: access.log }; found ${describe(value)}`;
  return reject(reporter, { message });
};

export interface LogOptions {
  /** undefined: none. */
  readonly accessLog: AccessLogOptions | undefined;
}

/** `level` is checked and kept for the log of events, which a later version writes. */
export const logsSchema = z
  .strictObject({
    access: z.unknown().transform(asMap).pipe(accessMap.nullable()).optional(),
    level: key(oneOf(["error", "warn", "info", "debug", "trace"])),
  })
  .transform(({ access }): LogOptions => {
    if (access === null) return { accessLog: undefined };
    return { accessLog: access ?? standardOutput };
  });

const standardOutput: AccessLogOptions = { file: undefined };
