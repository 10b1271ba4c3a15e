/** What a user writes under `logs`, read into the plan's form. */

import { z } from "zod";

import {
  describe,
  isOff,
  durationMs,
  flag,
  oneOf,
  reject,
  text,
  type Reader,
} from "../base/reader.ts";
import {
  accessLogDefaults,
  eventLogDefaults,
  redactionDefaults,
  type AccessFormat,
  type AccessLogOptions,
  type EventFormat,
  type EventLevel,
  type EventLogOptions,
  type RedactionOptions,
  type SelectionOptions,
} from "./options.ts";

const key = <T>(reader: Reader<T>) => z.unknown().transform(reader).optional();

const laterFormats = ["clf", "ecs", "otlp"];

/** A line of 4,096 bytes has to hold them all, each with a part of its value. */
const fieldsMax = 8;

/** A token of at most 64 characters. */
const fieldPattern = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}$/;
/** Names are compared by their letters and digits: there has to be one. */
const parameterPattern = /^\?(?=[\x21-\x7e]{1,64}$).*[0-9A-Za-z]/;
const redactedPattern = new RegExp(`${fieldPattern.source}|${parameterPattern.source}`);

/** Far more than anybody has: a typing error, not a limit. */
const redactedMax = 1_000;

/** One name or a list of names; `what` they are, for messages. */
function names(what: string, pattern: RegExp, countMax: number): Reader<readonly string[]> {
  return (value, reporter) => {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    const wrong = list.findIndex((name) => typeof name !== "string" || !pattern.test(name));
    if (wrong !== -1) {
      const message = `want ${what}, found ${describe(list[wrong])}`;
      return reject(reporter, { message, path: Array.isArray(value) ? [wrong] : [] });
    }
    if (list.length > countMax) {
      return reject(reporter, { message: `want at most ${countMax} names, found ${list.length}` });
    }
    return [...new Set(list.map((name) => String(name).toLowerCase()))];
  };
}

const fields = names("the name of a request field", fieldPattern, fieldsMax);

const redactedWords = 'the name of a field, or "?name" for a parameter';
const redacted = names(redactedWords, redactedPattern, redactedMax);

/** Names are added to the usual ones; `off` lifts those of parameters. */
const redact: Reader<RedactionOptions> = (value, reporter) => {
  if (isOff(value)) return { ...redactionDefaults, parameters: [] };
  // Nothing comes of a list that was rejected.
  const added = (redacted(value, reporter) as readonly string[] | undefined) ?? [];
  const parameters = added.filter((name) => name.startsWith("?")).map((name) => name.slice(1));
  return {
    fields: [...redactionDefaults.fields, ...added.filter((name) => !name.startsWith("?"))],
    parameters: [...redactionDefaults.parameters, ...parameters],
  };
};

const statuses: Reader<SelectionOptions["statuses"]> = (value, reporter) => {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) return reject(reporter, { message: "want a status, found an empty list" });
  return list.map((status, at) => {
    const first = /^([1-5])xx$/.exec(String(status))?.[1];
    if (first !== undefined) return [Number(first) * 100, Number(first) * 100 + 99];
    const isStatus = typeof status === "number" && Number.isInteger(status);
    if (isStatus && status >= 100 && status <= 599) return [status, status];
    const message = `want a status such as 404 or 5xx, found ${describe(status)}`;
    return reject(reporter, { message, path: Array.isArray(value) ? [at] : [] });
  });
};

const share: Reader<number> = (value, reporter) => {
  const percent = /^(\d{1,3}(?:\.\d{1,6})?)%$/.exec(typeof value === "string" ? value : "")?.[1];
  if (percent !== undefined && Number(percent) <= 100) return Number(percent) / 100;
  const isShare = typeof value === "number" && value >= 0 && value <= 1;
  const help = isShare ? `write ${Number((value * 100).toFixed(6))}%` : undefined;
  const message = `want a share such as 10%, found ${describe(value)}`;
  return reject(reporter, { message, help });
};

const onlyMap = z
  .strictObject({
    status: key(statuses),
    slowerThan: key(durationMs({ min: "1ms", max: "1d" })),
    failed: key(flag),
  })
  .superRefine((only, reporter) => {
    if (Object.values(only).some((wish) => wish !== undefined && wish !== false)) return;
    const message = "want status, slowerThan or failed, found an empty map";
    reject(reporter, { kind: "missing", message });
  })
  .transform((only): SelectionOptions => ({
    statuses: only.status ?? [],
    slowerThanMs: only.slowerThan ?? Infinity,
    failed: only.failed ?? false,
  }));

const accessMap = z
  .strictObject({
    file: key(text),
    format: key(oneOf<AccessFormat>(["json", "combined", "logfmt", "pretty"], laterFormats)),
    redact: key(redact),
    fields: key(fields),
    only: onlyMap.optional(),
    sample: key(share),
  })
  .superRefine((log, reporter) => {
    if (log.format !== "combined" || log.fields === undefined) return;
    const message = "the format `combined` has no place for fields";
    reject(reporter, { kind: "together", message, help: "use json or logfmt", path: ["fields"] });
  })
  .transform((log): AccessLogOptions => ({
    file: log.file,
    format: log.format,
    redaction: log.redact ?? redactionDefaults,
    fields: log.fields ?? [],
    only: log.only,
    sampleShare: log.sample ?? 1,
  }));

/** A switch grows to a map: `on` is the empty one, `off` is null, which no map can be. */
const asMap: Reader<object | null> = (value, reporter) => {
  if (isOff(value)) return null;
  if (value === "on" || value === true) return {};
  if (typeof value === "object" && value !== null) return value;
  const message = `want off, or a map such as { file: access.log }; found ${describe(value)}`;
  return reject(reporter, { message });
};

const eventsMap = z.strictObject({
  file: key(text),
  format: key(oneOf<EventFormat>(["json", "logfmt", "pretty"], ["ecs", "otlp"])),
});

export interface LogOptions {
  /** undefined: none. */
  readonly accessLog: AccessLogOptions | undefined;
  readonly events: EventLogOptions;
}

export const logsSchema = z
  .strictObject({
    access: z.unknown().transform(asMap).pipe(accessMap.nullable()).optional(),
    events: eventsMap.optional(),
    level: key(oneOf<EventLevel>(["error", "warn", "info", "debug", "trace"])),
  })
  .transform(({ access, events, level }): LogOptions => ({
    accessLog: access === null ? undefined : (access ?? accessLogDefaults),
    events: {
      level: level ?? eventLogDefaults.level,
      file: events?.file,
      format: events?.format,
    },
  }));
