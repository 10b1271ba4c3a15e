/**
 * A place in a config: a value, where it is written, and the list to which problems with it go.
 *
 * Each part of a config is read on its own, so that a mistake in one site hides none in the next:
 * `read` and `parse` return undefined where something was wrong, and the caller goes on.
 */

import type { z } from "zod";

import {
  describe,
  type Issue,
  type Reader,
  type Reporter,
  type Sibling,
  type Wrong,
} from "../base/reader.ts";
import { discreet, discreetPath, type Said } from "./discreet.ts";
import { namePlace, writePath } from "./place-name.ts";
import {
  nowhere,
  problemCodes,
  type Problem,
  type ProblemKind,
  type RelatedPlace,
  type WarningKind,
} from "./problems.ts";
import type { Source, Sources } from "./sources.ts";
import type { Path } from "./spans.ts";
import { unknownKey } from "./unknown-key.ts";
import { asWritten } from "./withhold.ts";

/** What can be started and is meant by nobody. */
export interface Warning extends Omit<Wrong, "kind"> {
  readonly kind: WarningKind;
}

export class Place implements Reporter {
  readonly value: unknown;
  readonly path: Path;
  readonly #sources: Sources;
  readonly #problems: Problem[];

  constructor(value: unknown, path: Path, sources: Sources, problems: Problem[]) {
    this.value = value;
    this.path = path;
    this.#sources = sources;
    this.#problems = problems;
  }

  /** The file that it is written in. */
  get source(): Source {
    return this.#sources.of(this.path);
  }

  get isThere(): boolean {
    return this.value !== undefined;
  }

  get isMap(): boolean {
    return isMap(this.value);
  }

  /** `foregate.yaml:9:5`, for what is found to be wrong only later. */
  get writtenAt(): string {
    const { file, spanOf } = this.source;
    const span = spanOf(this.path, false);
    return span === undefined ? file : `${file}:${span.line}:${span.column}`;
  }

  at(step: string | number): Place {
    const value = valueAt(this.value, step);
    return new Place(value, [...this.path, step], this.#sources, this.#problems);
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
    const {
      kind = "value",
      severity = "error",
      onKey = false,
      standsAlone,
      ...rest
    } = params as Params;
    const target = [...this.path, ...steps];
    const shown = discreetPath(target);
    const isAlone = standsAlone === true || target.length === 0;
    const found = steps.reduce(valueAt, this.value);
    // A key is no secret, unless it stands among secrets; and which file it is has to be known.
    const about = onKey ? target.slice(0, -1) : target;
    const source = this.#sources.of(target);
    const said = discreet(
      asWritten({ message, hint: rest.hint, help: rest.help }, target, source.expansions),
      kind === "file" ? [] : about,
      onKey ? [target.at(-1), found] : found,
    );
    this.#problems.push({
      code: problemCodes[kind],
      severity,
      message: isAlone ? said.message : `${namePlace(shown)}: ${said.message}`,
      file: source.file,
      ...(source.spanOf(target, onKey) ?? nowhere),
      path: writePath(shown),
      hint: said.hint,
      help: said.help,
      related: [
        ...(rest.elsewhere ?? []),
        ...(rest.beside ?? []).flatMap((sibling) => this.#related(sibling, target, onKey)),
      ],
    });
  }

  /** Reports what does not keep the config from running. */
  warn(warning: Warning): void {
    const { message, path = [], ...params } = warning;
    const issue: Issue = { code: "custom", message, path: [...path] };
    this.addIssue({ ...issue, params: { ...params, severity: "warning" } });
  }

  #related({ step, message }: Sibling, target: Path, onKey: boolean): RelatedPlace[] {
    const path = [...target.slice(0, -1), step];
    const { file, spanOf } = this.#sources.of(path);
    const span = spanOf(path, onKey);
    return span === undefined ? [] : [{ message, file, ...span }];
  }

  #addUnknown(
    path: readonly PropertyKey[],
    keys: readonly string[],
    known: readonly string[],
  ): void {
    const place = namePlace(discreetPath([...this.path, ...this.#writtenSteps(path)]));
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

interface Params extends Omit<Said, "message"> {
  readonly kind?: ProblemKind;
  readonly severity?: Problem["severity"];
  readonly beside?: readonly Sibling[];
  /** In another file. */
  readonly elsewhere?: readonly RelatedPlace[];
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
