/** `respond`: an answer that stands in the config, or in a file beside it. */

import { resolve } from "node:path";

import { describe, reject, text, type Reader } from "../base/reader.ts";
import { contentTypeOf, plainText } from "../exchange/content-type.ts";
import type { RespondAction } from "../exchange/plan.ts";
import { isFieldValue } from "../http/fields.ts";
import { fieldName } from "../rewriting/schema.ts";
import type { Place } from "./place.ts";
import { respondKeys } from "./site-schema.ts";
import { readSmallFile } from "./small-file.ts";

/** It is held in memory, once per route. What is larger is an upstream's work. */
const fileBytesMax = 10_000_000;

/** Text alone is a body, a number alone a status. */
export function compileRespond(place: Place): RespondAction | undefined {
  if (typeof place.value === "string") {
    const content = { body: Buffer.from(place.value), type: plainText, file: undefined };
    return action(200, [], content);
  }
  if (typeof place.value === "number") {
    const status = place.read(finalStatus);
    return status === undefined ? undefined : action(status, [], noContent);
  }
  const isSound = place.hasKeys(respondKeys);
  const status = place.at("status").isThere ? place.at("status").read(finalStatus) : 200;
  const fields = readFields(place.at("headers"));
  const content = readContent(place);
  if (!isSound || status === undefined || fields === undefined || content === undefined) {
    return undefined;
  }
  if (content.body.length > 0 && (status === 204 || status === 205 || status === 304)) {
    const message = `an answer with status ${status} has no body (RFC 9110 §6.4.1)`;
    const step = place.at("file").isThere ? "file" : "body";
    const beside = [{ step, message: "its body" }];
    const help = `remove the ${step}, or answer with another status`;
    return reject(place.at("status"), { kind: "together", message, help, beside });
  }
  return action(status, fields, content);
}

function action(
  status: number,
  given: readonly (readonly [string, string])[],
  { body, type, file }: Content,
): RespondAction {
  const hasType = given.some(([name]) => name.toLowerCase() === "content-type");
  const isTyped = hasType || type === undefined || body.length === 0;
  const fields = isTyped ? given : [...given, ["Content-Type", type] as const];
  return { type: "respond", status, fields, body, file };
}

const finalStatus: Reader<number> = (value, reporter) => {
  const isStatus = typeof value === "number" && Number.isInteger(value);
  if (isStatus && value >= 200 && value <= 599) return value;
  return reject(reporter, { message: `want a status from 200 to 599, found ${describe(value)}` });
};

const fieldValue: Reader<string> = (value, reporter) => {
  const found = text(value, reporter);
  // What is not ASCII goes out as UTF-8, as it stands in the file.
  const bytes = typeof found === "string" ? Buffer.from(found).toString("latin1") : "";
  if (found === undefined || isFieldValue(bytes)) return bytes;
  const message = `want text that a field can hold, found ${describe(value)}`;
  return reject(reporter, { message, help: "no line breaks, and no spaces around it" });
};

function readFields(headers: Place): (readonly [string, string])[] | undefined {
  if (!headers.isThere) return [];
  if (headers.entries().length === 0) {
    const message = `want a map such as { x-name: value }, found ${describe(headers.value)}`;
    return reject(headers, { message });
  }
  const fields: (readonly [string, string])[] = [];
  let isSound = true;
  for (const [name, place] of headers.entries()) {
    const checked = place.read((_, reporter) => fieldName(name, reporter));
    const value = place.read(fieldValue);
    if (checked === undefined || value === undefined) isSound = false;
    else fields.push([checked, value]);
  }
  return isSound ? fields : undefined;
}

interface Content extends Pick<RespondAction, "body" | "file"> {
  readonly type: string | undefined;
}

const noContent: Content = { body: Buffer.alloc(0), type: undefined, file: undefined };

function readContent(place: Place): Content | undefined {
  const body = place.at("body");
  const file = place.at("file");
  if (body.isThere && file.isThere) {
    const message = "`body` and `file` do not go together";
    const beside = [{ step: "body", message: "the other one" }];
    const help = "keep one of them";
    return reject(file, { kind: "together", message, help, beside, onKey: true });
  }
  if (file.isThere) return readContentFile(file);
  if (!body.isThere || body.value === "") return noContent;
  const found = body.read(text);
  if (found === undefined) return undefined;
  return { body: Buffer.from(found), type: plainText, file: undefined };
}

interface FileContent {
  readonly body: Buffer;
  readonly type: string;
  readonly file: string;
}

/** A file beside the config, by its name. */
export function readContentFile(place: Place): FileContent | undefined {
  const name = place.read(text);
  if (name === undefined) return undefined;
  const path = resolve(place.source.folder, name);
  const body = readSmallFile(path, fileBytesMax);
  if (Buffer.isBuffer(body)) return { body, type: contentTypeOf(path), file: path };
  const help = body.isTooLarge ? "serve it from an upstream" : undefined;
  return reject(place, { kind: "file", message: body.message, help });
}
