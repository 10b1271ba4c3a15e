/** Examples as they are written in YAML and in TypeScript. */

import { stringify } from "yaml";

const lineLengthMax = 100;

/** A map's keys each on a line of its own; what is below them, too, where a line is too short. */
export function writeYaml(value: unknown): string {
  if (!isMap(value)) return inline(value);
  return Object.entries(value)
    .map(([key, below]) => {
      const line = `${scalar(key)}: ${inline(below)}`;
      return line.length <= lineLengthMax ? line : stringify({ [key]: below }).trimEnd();
    })
    .join("\n");
}

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (!isMap(value)) return scalar(value);
  const entries = Object.entries(value).map(([key, below]) => `${scalar(key)}: ${inline(below)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** With the quotes that it needs inside of brackets. */
function scalar(value: unknown): string {
  if (typeof value === "string" && value.includes(":")) return JSON.stringify(value);
  return stringify([value], { collectionStyle: "flow", lineWidth: 0 }).slice(2, -3);
}

export function writeTypescript(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(writeTypescript).join(", ")}]`;
  if (isMap(value)) {
    const entries = Object.entries(value).map(
      ([key, below]) => `${writeKey(key)}: ${writeTypescript(below)}`,
    );
    return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
  }
  if (typeof value === "number" && value >= 10_000) {
    return value.toLocaleString("en-US").replaceAll(",", "_");
  }
  return JSON.stringify(value);
}

/** Only a key that needs quotes has some. */
export const writeKey = (key: string): string =>
  /^(?:[A-Za-z_$][\w$]*|[1-9]\d*)$/.test(key) ? key : JSON.stringify(key);

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
