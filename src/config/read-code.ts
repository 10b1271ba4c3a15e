/**
 * A config in TypeScript or JavaScript: evaluated, and what is written out in it found again in
 * its text, so that a problem has a place as in YAML.
 *
 *   text ──▶ thread ──▶ value ─────────────▶ compile
 *     └────▶ tokens ──▶ tree ──▶ spanOf ───────┘
 */

import { readFileSync, realpathSync } from "node:fs";
import { resolve, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { stubFunctions, type ConfigCode } from "../code/functions.ts";
import { codeKindOf } from "./code-file.ts";
import { secretsOfBrokenCode, secretsOfCode } from "./code-secrets.ts";
import { CodeSpans, mapsOf } from "./code-spans.ts";
import { tokensOf, type Tokens } from "./code-tokens.ts";
import { codeTree, type CodeNode } from "./code-tree.ts";
import { evaluateConfig } from "./evaluate-config.ts";
import { evaluationProblem, shownPath, type CodePlace, type Failed } from "./evaluation-problem.ts";
import { problemOfFile } from "./opened.ts";
import { Place } from "./place.ts";
import { inFileOrder, type Problem, type ProblemKind, type Span } from "./problems.ts";
import type { PlainValue } from "./plain-value.ts";
import type { ConfigDocument } from "./read-document.ts";
import { isSecretAt, maskUserinfo, type SourceText } from "./secrets.ts";
import { Sources } from "./sources.ts";

/**
 * What may be done with a config that is code: nothing, or evaluate it for its data, with stubs for
 * its functions.
 */
export type CodeUse = "refuse" | "evaluate";

export interface ReadCode {
  /** undefined: there is no value. */
  readonly document: Pick<ConfigDocument, "value" | "spanOf"> | undefined;
  readonly problems: readonly Problem[];
  readonly texts: ReadonlyMap<string, SourceText>;
  /** Files that it imports. */
  readonly imported: readonly string[];
  /** Where the functions are that it has stubs for; undefined: it has none. */
  readonly code: ConfigCode | undefined;
}

export interface CodeText {
  /** As the user named it. */
  readonly file: string;
  readonly text: string;
}

export async function readCode(source: CodeText, use: CodeUse): Promise<ReadCode> {
  const { file, text } = source;
  const path = realpathSync(resolve(file));
  const refusal = refusalOf(path, use);
  if (refusal !== undefined) return failed(source, refusal, tokensOf(text));

  const url = pathToFileURL(path).href;
  const { evaluated, stripped } = await evaluateConfig({ file: path, url });
  // Every offset has to be one of the text that is shown.
  const bare = stripped?.length === text.length ? stripped : text;
  const lexed = tokensOf(bare);
  if (evaluated.type !== "value") return unevaluated(source, evaluated, { path, lexed });

  const tree = codeTree(bare, lexed);
  const spans = new CodeSpans(text, tree);
  const spanOf: ConfigDocument["spanOf"] = (steps, onKey) => spans.of(steps, onKey);
  const secrets = secretsOfCode(text, lexed);
  const texts = new Map([[file, { text, secrets }]]);
  const problems = [
    ...twiceWritten({ file, secrets }, tree, spans),
    ...strangeValues(source, evaluated, spanOf),
  ];
  if (evaluated.strange.length > 0) {
    return { ...nothingRead, problems: inFileOrder(problems, [file]), texts };
  }

  const { functions, modules } = evaluated;
  const labelled = functions.map((steps) => ({
    steps,
    label: labelOf(file, spanOf(steps, false)),
  }));
  const value = stubFunctions(evaluated.value ?? null, labelled);
  const read = modules.map((module) => fileURLToPath(module.url));
  const imported = read.filter((other) => other !== path);
  const code = functions.length === 0 ? undefined : { url, modules };
  return { document: { value, spanOf }, problems, texts, imported, code };
}

const nothingRead = { document: undefined, imported: [], code: undefined } as const;

interface Said {
  readonly kind: ProblemKind;
  readonly message: string;
  readonly help: string | undefined;
}

function refusalOf(path: string, use: CodeUse): Said | undefined {
  const kind = codeKindOf(path);
  if (kind === "commonjs") {
    const message = "a config is a module, and this is CommonJS by its name";
    const help = "name it foregate.config.mjs or foregate.config.ts, and use import and export";
    return { kind: "code", message, help };
  }
  if (use === "refuse") {
    const message = "it is code, and --no-exec forbids to run it";
    return { kind: "no-exec", message, help: "leave --no-exec out if you trust the file" };
  }
  if (kind !== "typescript" || !path.includes(`${sep}node_modules${sep}`)) return undefined;
  const message = "the runtime reads no TypeScript under node_modules";
  return { kind: "code", message, help: "move it out, or make JavaScript of it" };
}

interface Reading {
  readonly path: string;
  readonly lexed: Tokens;
}

function unevaluated(source: CodeText, evaluated: Failed, { path, lexed }: Reading): ReadCode {
  const { place, ...said } = evaluationProblem(evaluated, path);
  if (place === undefined || place.path === "" || place.path === path) {
    return failed(source, said, lexed, place);
  }
  const text = textAt(place.path);
  if (text === undefined) return failed(source, said, lexed);
  return failed({ file: shownPath(place.path), text }, said, tokensOf(text), place);
}

function textAt(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // It was there a moment ago; then the message has to do.
    return undefined;
  }
}

function failed({ file, text }: CodeText, said: Said, lexed: Tokens, place?: CodePlace): ReadCode {
  const secrets = (said.kind === "syntax" ? secretsOfBrokenCode : secretsOfCode)(text, lexed);
  const span = place && spanAt(text, place);
  const problem = problemOf(file, said, span);
  const texts = new Map([[file, { text, secrets }]]);
  return { ...nothingRead, problems: [problem], texts };
}

function spanAt(text: string, { at, text: wanted = "" }: CodePlace): Span | undefined {
  const spans = new CodeSpans(text, undefined);
  if (at !== undefined) return spans.wordAt(at.line, at.column);
  const quoted = [`"${wanted}"`, `'${wanted}'`].map((word) => text.indexOf(word));
  const start = quoted.find((found) => found >= 0);
  return start === undefined ? undefined : spans.between([start, start + wanted.length + 2]);
}

/** As in YAML: nobody means it, and only one of them counts. */
function twiceWritten(
  { file, secrets }: { readonly file: string; readonly secrets: SourceText["secrets"] },
  tree: CodeNode | undefined,
  spans: CodeSpans,
): Problem[] {
  return mapsOf(tree).flatMap(({ repeated }) =>
    repeated.map(({ name, key, first }) => {
      const which = isSecretAt(secrets, key[0]) ? "this key" : `\`${name}\``;
      const message = `${which} is written twice`;
      const said = { kind: "twice", message, help: "keep one of them" } as const;
      const related = { message: "first written here", file, ...spans.between(first) };
      return { ...problemOf(file, said, spans.between(key)), related: [related] };
    }),
  );
}

function strangeValues(
  { file }: CodeText,
  { value, strange }: PlainValue,
  spanOf: ConfigDocument["spanOf"],
): Problem[] {
  const problems: Problem[] = [];
  const sources = new Sources({ file, folder: "", spanOf, expansions: [] });
  const root = new Place(value, [], sources, problems);
  for (const { path, message, help } of strange) {
    root.addIssue({ code: "custom", message, path: [...path], params: { help } });
  }
  return problems;
}

function problemOf(file: string, { kind, message, help }: Said, span: Span | undefined): Problem {
  const problem = problemOfFile(file, kind, { message: maskUserinfo(message), help });
  return span === undefined ? problem : { ...problem, ...span };
}

const labelOf = (file: string, span: Span | undefined): string =>
  span === undefined ? file : `${file}:${span.line}:${span.column}`;
