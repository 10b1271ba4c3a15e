/**
 * One exchange as a short line for people who watch a terminal:
 *
 *   12:00:00.007 200 GET example.com/api/items?id=1 1.5ms 1.0KB 192.0.2.7 -> 10.0.0.11:8080
 *
 * Nothing that a client sent reaches the terminal unescaped, or it could drive it (threat 170).
 */

import { failures } from "../base/failure.ts";
import type { AccessRecord, WriteLine } from "./access-record.ts";
import { cutText } from "./cut-record.ts";
import { bytesRules, escapedBytes } from "./escaped-bytes.ts";
import { coloured, plain, type PaintWords } from "./line-colour.ts";
import { clockTime } from "./line-time.ts";

/** In characters: longer texts are cut, since nobody reads them here. */
const targetCharsMax = 200;
const textCharsMax = 100;

type Colour = "2" | "31" | "32" | "33" | "36" | "1";

type Paint = PaintWords<Colour>;

export const writePlainLine: WriteLine = (record) => join(record, plain);
export const writeColouredLine: WriteLine = (record) => join(record, coloured);

function join(record: AccessRecord, paint: Paint): string {
  const { status, failure, upstream, method } = record;
  const words = [
    paint(clockTime(record.timeMs), "2"),
    paint(status === 0 ? "---" : String(status), colourOf(status)),
    paint(short(method) || "?", "1"),
    short(record.host) + short(record.target, targetCharsMax),
    duration(record.durationMs),
    size(record.responseBytes),
    short(record.user),
    paint(short(record.clientIp) + (upstream === "" ? "" : ` -> ${short(upstream)}`), "2"),
  ];
  if (failure !== "") words.push(paint(`${failure} (${failures[failure].blame})`, "31"));
  for (const [name, value] of record.fields) words.push(`${name}=${short(value)}`);
  return `${words.filter((word) => word !== "").join(" ")}\n`;
}

function short(text: string, charsMax = textCharsMax): string {
  return escapedBytes(cutText(text, charsMax, bytesRules));
}

function colourOf(status: number): Colour {
  if (status >= 500 || status === 0) return "31";
  if (status >= 400) return "33";
  return status >= 300 ? "36" : "32";
}

/** `0.4ms`, `1.5s`: two figures that matter are enough to see what is slow. */
function duration(ms: number): string {
  if (!(ms > 0)) return "0ms";
  if (ms < 10) return `${ms.toFixed(1)}ms`;
  return ms < 10_000 ? `${Math.round(ms)}ms` : `${(ms / 1000).toFixed(1)}s`;
}

const units = ["KB", "MB", "GB", "TB", "PB"];

/** By powers of 1000, as in the config. */
function size(bytes: number): string {
  if (bytes < 1000) return `${bytes}B`;
  let value = bytes / 1000;
  let at = 0;
  for (; value >= 999.95 && at < units.length - 1; at++) value /= 1000;
  return `${value.toFixed(1)}${units[at]}`;
}
