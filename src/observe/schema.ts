/** What a user writes under `logs`, read into the plan's form. */

import { z } from "zod";

import {
  describe,
  isOff,
  durationMs,
  flag,
  oneOf,
  reject,
  shaped,
  text,
  type Reader,
} from "../base/reader.ts";
import { fileShape, off, oneOrMore, type About, type Shape } from "../base/shape.ts";
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

const key = <T>(reader: Reader<T>, about: About) =>
  z
    .unknown()
    .transform(reader)
    .optional()
    .meta({ ...reader.shape, ...about });

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
function names(
  what: string,
  pattern: RegExp,
  countMax: number,
): Reader<readonly string[]> & { readonly shape: Shape } {
  const name: Shape = { type: "string", pattern: pattern.source, called: what };
  const shape: Shape = { anyOf: [name, { type: "array", items: name, maxItems: countMax }] };
  return shaped(shape, (value, reporter) => {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    const wrong = list.findIndex((found) => typeof found !== "string" || !pattern.test(found));
    if (wrong !== -1) {
      const message = `want ${what}, found ${describe(list[wrong])}`;
      return reject(reporter, { message, path: Array.isArray(value) ? [wrong] : [] });
    }
    if (list.length > countMax) {
      return reject(reporter, { message: `want at most ${countMax} names, found ${list.length}` });
    }
    return [...new Set(list.map((found) => String(found).toLowerCase()))];
  });
}

const fields = names("the name of a request field", fieldPattern, fieldsMax);

const file = shaped(fileShape, (value, reporter) => text(value, reporter));

const redactedWords = 'the name of a field, or "?name" for a parameter';
const redacted = names(redactedWords, redactedPattern, redactedMax);

const redactShape: Shape = { anyOf: [redacted.shape, off] };

/** Names are added to the usual ones; `off` lifts those of parameters. */
const redact = shaped(redactShape, (value, reporter): RedactionOptions => {
  if (isOff(value)) return { ...redactionDefaults, parameters: [] };
  // Nothing comes of a list that was rejected.
  const added = (redacted(value, reporter) as readonly string[] | undefined) ?? [];
  const parameters = added.filter((name) => name.startsWith("?")).map((name) => name.slice(1));
  return {
    fields: [...redactionDefaults.fields, ...added.filter((name) => !name.startsWith("?"))],
    parameters: [...redactionDefaults.parameters, ...parameters],
  };
});

const statusShape: Shape = {
  anyOf: [
    { type: "integer", minimum: 100, maximum: 599, called: "a status" },
    { type: "string", pattern: "^[1-5]xx$", called: "a class such as 5xx" },
  ],
};

const statuses = shaped(oneOrMore(statusShape), (value, reporter): SelectionOptions["statuses"] => {
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
});

const sharePattern = /^(\d{1,3}(?:\.\d{1,6})?)%$/;
const shareShape: Shape = {
  type: "string",
  pattern: sharePattern.source,
  called: "a share such as 10%",
};

const share = shaped(shareShape, (value, reporter): number => {
  const percent = sharePattern.exec(typeof value === "string" ? value : "")?.[1];
  if (percent !== undefined && Number(percent) <= 100) return Number(percent) / 100;
  const isShare = typeof value === "number" && value >= 0 && value <= 1;
  const help = isShare ? `write ${Number((value * 100).toFixed(6))}%` : undefined;
  const message = `want a share such as 10%, found ${describe(value)}`;
  return reject(reporter, { message, help });
});

const onlyMap = z
  .strictObject({
    status: key(statuses, {
      description: "Statuses of answers, or classes of them.",
      examples: [["4xx", "5xx"], 404],
    }),
    slowerThan: key(durationMs({ min: "1ms", max: "1d" }), {
      description: "Exchanges that took longer.",
      examples: ["500ms"],
    }),
    failed: key(flag, {
      description: "Exchanges that failed, whatever status the client saw.",
      default: false,
      examples: [true],
    }),
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
  }))
  .meta({ id: "LogSelectionConfig", title: "Which exchanges are logged" });

export const accessMap = z
  .strictObject({
    file: key(file, {
      description:
        "The file that lines are added to; its name starts from the config's folder. " +
        "Without it they go to standard output.",
      examples: ["access.log"],
    }),
    format: key(oneOf<AccessFormat>(["json", "combined", "logfmt", "pretty"], laterFormats), {
      description:
        "How a line is written. Without it: `pretty` if the log goes to a terminal, else `json`.",
      examples: ["json"],
    }),
    redact: key(redact, {
      description:
        "Fields, and parameters (`?name`), whose values are masked in addition to the usual " +
        "ones. `off` lifts the masks of parameters, never those of fields.",
      examples: [["x-pin", "?invitation"], "off"],
    }),
    fields: key(fields, {
      description: "Request fields that are logged, too; `combined` has no place for them.",
      examples: [["x-tenant"]],
    }),
    only: onlyMap.optional().meta({
      description: "Which exchanges are logged: those for which one of its keys holds.",
      examples: [{ status: "5xx", slowerThan: "500ms" }],
    } satisfies About),
    sample: key(share, {
      description: "The share of exchanges that is logged; failures and 5xx are always in it.",
      default: "100%",
      examples: ["10%"],
    }),
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
  }))
  .meta({ id: "AccessLogConfig", title: "The access log" });

/** A switch grows to a map: `on` is the empty one, `off` is null, which no map can be. */
const asMap: Reader<object | null> = (value, reporter) => {
  if (isOff(value)) return null;
  if (value === "on" || value === true) return {};
  if (typeof value === "object" && value !== null) return value;
  const message = `want off, or a map such as { file: access.log }; found ${describe(value)}`;
  return reject(reporter, { message });
};

const eventsMap = z
  .strictObject({
    file: key(file, {
      description:
        "The file that events are added to; its name starts from the config's folder. Without " +
        "it they go to standard error.",
      examples: ["events.log"],
    }),
    format: key(oneOf<EventFormat>(["json", "logfmt", "pretty"], ["ecs", "otlp"]), {
      description:
        "How an event is written. Without it: `pretty` if they go to a terminal, else `json`.",
      examples: ["json"],
    }),
  })
  .meta({ id: "EventLogConfig", title: "The log of events" });

export interface LogOptions {
  /** undefined: none. */
  readonly accessLog: AccessLogOptions | undefined;
  readonly events: EventLogOptions;
}

export const logsSchema = z
  .strictObject({
    access: z.unknown().transform(asMap).pipe(accessMap.nullable()).optional(),
    events: eventsMap.optional().meta({
      description:
        "What happens to the proxy itself: starts, stops, upstreams that are down, bugs.",
      examples: [{ format: "json", file: "events.log" }],
    }),
    level: key(oneOf<EventLevel>(["error", "warn", "info", "debug", "trace"]), {
      description: "Which events are told: those that are at least so grave.",
      default: "info",
      examples: ["warn"],
    }),
  })
  .transform(({ access, events, level }): LogOptions => ({
    accessLog: access === null ? undefined : (access ?? accessLogDefaults),
    events: {
      level: level ?? eventLogDefaults.level,
      file: events?.file,
      format: events?.format,
    },
  }));
