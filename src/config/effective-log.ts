/** `logs` as it is in force; see `effective.ts`. */

import { writeDurationMs } from "../base/quantity.ts";
import {
  redactionDefaults,
  type AccessLogOptions,
  type EventLogOptions,
  type RedactionOptions,
  type SelectionOptions,
} from "../observe/options.ts";

/** Keys without a value are undefined. */
export function effectiveLog(log: AccessLogOptions): Readonly<Record<string, unknown>> {
  return {
    file: log.file,
    format: log.format,
    redact: redactOf(log.redaction),
    fields: log.fields.length === 0 ? undefined : log.fields,
    only: log.only && onlyOf(log.only),
    sample: log.sampleShare === 1 ? undefined : `${Number((log.sampleShare * 100).toFixed(6))}%`,
  };
}

export function effectiveEvents({ level, file, format }: EventLogOptions): {
  readonly level: string;
  readonly events: unknown;
} {
  const isUsual = file === undefined && format === undefined;
  const written = { ...(file && { file }), ...(format && { format }) };
  return { level, events: isUsual ? undefined : written };
}

/** The usual names are always added: only the others are written. */
function redactOf({ fields, parameters }: RedactionOptions): unknown {
  if (parameters.length === 0) return "off";
  const added = [
    ...fields.slice(redactionDefaults.fields.length),
    ...parameters.slice(redactionDefaults.parameters.length).map((name) => `?${name}`),
  ];
  return added.length === 0 ? undefined : added;
}

function onlyOf({ statuses, slowerThanMs, failed }: SelectionOptions): unknown {
  const status = statuses.map(([from, to]) => (from === to ? from : `${from / 100}xx`));
  return {
    ...(status.length === 0 ? {} : { status }),
    ...(slowerThanMs === Infinity ? {} : { slowerThan: writeDurationMs(slowerThanMs) }),
    ...(failed ? { failed } : {}),
  };
}
