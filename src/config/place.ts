/**
 * A place in a config: a value, where it is written, and the list to which problems with it go.
 *
 * Each part of a config is read on its own, so that a mistake in one site hides none in the next:
 * `read` and `parse` return undefined where something was wrong, and the caller goes on.
 */

import type { z } from "zod";

import { describe, type Issue, type Reader, type Reporter } from "../base/reader.ts";
import { namePlace, writePath } from "./place-name.ts";
import { problemCodes, type Problem, type ProblemKind } from "./problems.ts";
import type { ConfigDocument, Path } from "./read-document.ts";
import { unknownKey } from "./unknown-key.ts";

/** What a config came from. */
export interface Source {
  /** As the user named it. */
  readonly file: string;
  /** What relative file names in it start from. */
  readonly folder: string;
  readonly positionOf: ConfigDocument["positionOf"];
}

export class Place implements Reporter {
  readonly value: unknown;
  readonly path: Path;
  readonly source: Source;
  readonly #problems: Problem[];

  constructor(value: unknown, path: Path, source: Source, problems: Problem[]) {
    this.value = value;
    this.path = path;
    this.source = source;
    this.#problems = problems;
  }

  get isThere(): boolean {
    return this.value !== undefined;
  }

  get isMap(): boolean {
    return isMap(this.value);
  }

  /** `foregate.yaml:9:5`, for what is found to be wrong only later. */
  get writtenAt(): string {
    const position = this.source.positionOf(this.path, false);
    const { file } = this.source;
    return position === undefined ? file : `${file}:${position.line}:${position.column}`;
  }

  at(step: string | number): Place {
    const value = valueAt(this.value, step);
    return new Place(value, [...this.path, step], this.source, this.#problems);
  }

  /** Of a map; of anything else, none. */
  entries(): readonly (readonly [key: string, place: Place])[] {
    const { value } = this;
    if (!isMap(value)) return [];
    return Object.keys(value).map((key) => [key, this.at(key)]);
  }

  items(): readonly Place[] {
    return Array.isArray(this.value) ? this.value.map((_, at) => this.at(at)) : [];
  }

  read<T>(reader: Reader<T>): T | undefined {
    const before = this.#problems.length;
    const value = reader(this.value, this);
    return this.#problems.length === before ? value : undefined;
  }

  parse<T>(schema: z.ZodType<T>): T | undefined {
    const knownByKeys = new WeakMap<object, readonly string[]>();
    const result = schema.safeParse(this.value, {
      error: (issue) => {
        if (issue.code === "unrecognized_keys") knownByKeys.set(issue.keys, knownKeys(issue.inst));
        return undefined;
      },
    });
    if (result.success) return result.data;
    for (const issue of result.error.issues) {
      if (issue.code === "unrecognized_keys") {
        this.#addUnknown(issue.path, issue.keys, knownByKeys.get(issue.keys) ?? []);
      } else this.addIssue(issue.code === "custom" ? asOurs(issue) : worded(issue, this.value));
    }
    return undefined;
  }

  /** Reports if this is not a map, and every key in it that is not known. */
  hasKeys(known: readonly string[]): boolean {
    if (!isMap(this.value)) {
      this.addIssue({ code: "custom", message: `want a map, found ${describe(this.value)}` });
      return false;
    }
    const unknown = Object.keys(this.value).filter((key) => !known.includes(key));
    this.#addUnknown([], unknown, known);
    return unknown.length === 0;
  }

  addIssue({ message, path = [], params = {} }: Issue): void {
    const steps = this.#writtenSteps(path);
    const { kind = "value", help, onKey, standsAlone } = params as Params;
    const target = [...this.path, ...steps];
    const position = this.source.positionOf(target, onKey === true);
    const isAlone = standsAlone === true || target.length === 0;
    this.#problems.push({
      code: problemCodes[kind],
      severity: "error",
      message: isAlone ? message : `${namePlace(target)}: ${message}`,
      file: this.source.file,
      line: position?.line,
      column: position?.column,
      path: writePath(target),
      help,
    });
  }

  #addUnknown(
    path: readonly PropertyKey[],
    keys: readonly string[],
    known: readonly string[],
  ): void {
    const place = namePlace([...this.path, ...this.#writtenSteps(path)]);
    for (const key of keys) {
      const { message, ...params } = unknownKey(key, known, place);
      this.addIssue({
        code: "custom",
        message,
        path: [...path, key],
        params: { ...params, onKey: true, standsAlone: true },
      });
    }
  }

  /** The steps that exist: what a shorthand stands for is written nowhere. */
  #writtenSteps(path: readonly PropertyKey[]): (string | number)[] {
    const steps: (string | number)[] = [];
    let value = this.value;
    for (const step of path) {
      if (typeof step === "symbol") break;
      value = valueAt(value, step);
      if (value === undefined) break;
      steps.push(step);
    }
    return steps;
  }
}

interface Params {
  readonly kind?: ProblemKind;
  readonly help?: string;
  readonly onKey?: boolean;
  /** The message names its place itself. */
  readonly standsAlone?: boolean;
}

function valueAt(value: unknown, step: string | number): unknown {
  if (Array.isArray(value)) return (value as readonly unknown[])[Number(step)];
  return isMap(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const knownKeys = (schema: unknown): readonly string[] =>
  isMap(schema) && isMap(schema["shape"]) ? Object.keys(schema["shape"]) : [];

function asOurs(issue: z.core.$ZodIssueCustom): Issue {
  return { code: "custom", message: issue.message, path: issue.path, params: issue.params ?? {} };
}

/** The library's own issues in our words. */
function worded(issue: z.core.$ZodIssue, root: unknown): Issue {
  let found = root;
  for (const step of issue.path)
    found = typeof step === "symbol" ? undefined : valueAt(found, step);
  const wanted = issue.code === "invalid_type" ? kindNames[issue.expected] : undefined;
  const message = wanted === undefined ? issue.message : `want ${wanted}, found ${describe(found)}`;
  return { code: "custom", message, path: [...issue.path] };
}

const kindNames: Readonly<Record<string, string>> = {
  array: "a list",
  object: "a map",
  record: "a map",
};
