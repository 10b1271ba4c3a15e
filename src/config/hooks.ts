/** `hooks`: functions that see requests and answers on their way, as the plan holds them. */

import { describe, flag, isOff, reject, type Reader } from "../base/reader.ts";
import type { RequestHook, ResponseHook } from "../rewriting/hooks.ts";
import type { Hook, Hooks } from "../rewriting/options.ts";
import type { Place } from "./place.ts";
import { hooksKeys } from "./site-schema.ts";

const codeHelp =
  "hooks are code: they live in foregate.config.ts, or in a program that uses the library";

/** The nearest place wins, key by key; `off` for both or for one key lifts what is outside. */
export function readHooks(place: Place, outer: Hooks | undefined): Hooks | undefined {
  if (!place.isThere) return outer;
  if (isOff(place.value)) return undefined;
  if (place.entries().length === 0) {
    const message = `want a map such as { request, response }, found ${describe(place.value)}`;
    return reject(place, { message, help: codeHelp });
  }
  place.hasKeys(hooksKeys);
  const request = nearer<RequestHook>(place.at("request"), outer?.request);
  const response = nearer<ResponseHook>(place.at("response"), outer?.response);
  if (request === undefined && response === undefined) return undefined;
  return { request, response, folder: place.source.folder };
}

function nearer<Run>(place: Place, outer: Hook<Run> | undefined): Hook<Run> | undefined {
  if (!place.isThere) return outer;
  if (isOff(place.value)) return undefined;
  if (!place.at("run").isThere) return hookOf<Run>(place.read(code), false);
  const isSound = place.hasKeys(["run", "cacheable"]);
  const run = place.at("run").read(code);
  const cacheable = place.at("cacheable").isThere ? place.at("cacheable").read(flag) : false;
  return isSound && cacheable !== undefined ? hookOf<Run>(run, cacheable) : undefined;
}

/** What a function takes and gives cannot be seen from outside. */
function hookOf<Run>(run: Code | undefined, cacheable: boolean): Hook<Run> | undefined {
  return run && { run: run as Run, cacheable };
}

type Code = (...given: never) => unknown;

const code: Reader<Code> = (value, reporter) => {
  if (typeof value === "function") return value as Code;
  const message = `want a function or { run, cacheable }, found ${describe(value)}`;
  return reject(reporter, { message, help: codeHelp });
};
