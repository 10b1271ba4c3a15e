/** Messages without secrets: they quote what was found, and say how to write it right. */

import { describe } from "../base/reader.ts";
import { isSecretKey, mask, maskUserinfo } from "./secrets.ts";
import type { Path } from "./spans.ts";

export interface Said {
  readonly message: string;
  readonly hint?: string | undefined;
  readonly help?: string | undefined;
}

/** `path` leads to what the message is about, and `found` is all that stands there. */
export function discreet({ message, hint, help }: Said, path: Path, found: unknown): Said {
  if (!isSecretPath(path)) {
    const masked = (text: string | undefined): string | undefined => text && maskUserinfo(text);
    return { message: maskUserinfo(message), hint: masked(hint), help: masked(help) };
  }
  const scalars = scalarsOf(found);
  const told = (text: string): string => withoutQuoted(withoutDescribed(text, scalars), scalars);
  // What is to be written instead has the value in it.
  return { message: told(message), hint: undefined, help: help && told(help) };
}

/** In `users: { "ada:secret" }` the key is all there is. */
export function discreetPath(path: Path): Path {
  return path.map((step, at) => {
    const isOdd = typeof step === "string" && /[:=]/.test(step);
    return isOdd && isSecretPath(path.slice(0, at)) ? mask : step;
  });
}

function isSecretPath(path: Path): boolean {
  const keys = path.filter((step) => typeof step === "string");
  return keys.some((key, at) => isSecretKey(key, keys[at - 1]));
}

type Scalar = string | number | boolean | bigint;

function scalarsOf(value: unknown): readonly Scalar[] {
  if (typeof value !== "object") return value === undefined ? [] : [value as Scalar];
  return value === null ? [] : Object.values(value).flatMap(scalarsOf);
}

function withoutDescribed(text: string, scalars: readonly Scalar[]): string {
  let masked = text;
  for (const scalar of scalars) {
    masked = masked.replaceAll(`found ${describe(scalar)}`, `found ${mask}`);
    if (typeof scalar === "string") masked = masked.replaceAll(describe(scalar), mask);
  }
  return masked;
}

const quotedPattern = /"((?:[^"\\]|\\.)*)"/gs;

/** Also a part of the value. */
function withoutQuoted(text: string, scalars: readonly Scalar[]): string {
  return text.replaceAll(quotedPattern, (whole, inner: string) =>
    scalars.some((scalar) => String(scalar).includes(inner)) ? mask : whole,
  );
}
