/**
 * A config file's text to a value, and from each place in the value back to line and column.
 *
 * JSON is YAML, so one reader does both. What YAML would quietly accept and nobody means is an
 * error: a key written twice, an unknown tag, a second document. Anchors and `<<` are allowed.
 */

import {
  isAlias,
  isScalar,
  LineCounter,
  parseDocument,
  Scalar,
  visit,
  type Document,
  type YAMLMap,
} from "yaml";

import { aliasTargets } from "./aliases.ts";
import type { ProblemKind, Span } from "./problems.ts";
import { isSecretAt, secretsOf } from "./secrets.ts";
import { nameOf, rangeOf, Spans, type Path, type Range } from "./spans.ts";

export interface ConfigDocument {
  readonly value: unknown;
  /** Where this place is written; of a place that is not, where the nearest one around it is. */
  readonly spanOf: (path: Path, onKey: boolean) => Span | undefined;
  /** Where a part of the value is written; if it is not found there, the value. */
  readonly spanIn: (path: Path, written: string) => Span | undefined;
  /** Whether it is text without quotes. */
  readonly isPlain: (path: Path) => boolean;
}

export interface DocumentProblem extends Span {
  readonly kind: ProblemKind;
  readonly message: string;
  readonly hint: string | undefined;
  readonly help: string | undefined;
  readonly related: readonly (Span & { readonly message: string })[];
}

export interface ReadDocument {
  /** undefined: the text cannot be trusted to mean anything. */
  readonly document: ConfigDocument | undefined;
  readonly problems: readonly DocumentProblem[];
  /** What of the text may not be shown. */
  readonly secrets: readonly Range[];
}

/** `shown` is the text with comments that YAML does not know; places are the same in both. */
export function readDocument(text: string, shown = text): ReadDocument {
  const lines = new LineCounter();
  const yaml = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    merge: true,
    // The library compares each key with each: 2 s for 10,000 sites. We look ourselves.
    uniqueKeys: false,
  });
  const spans = new Spans(yaml, text, lines);
  const secrets = secretsOf(yaml, shown);
  const found = [...syntaxProblems(yaml, text), ...meaningProblems(yaml)];
  const problems = found.map((problem): DocumentProblem => {
    const isSecret = isSecretAt(secrets, problem.range[0]);
    return placed(isSecret ? { ...problem, ...untold[problem.kind] } : problem, spans);
  });
  const isSound = found.every(({ kind }) => kind === "twice");
  if (!isSound) return { document: undefined, problems, secrets };

  const value = toValue(yaml);
  if (value instanceof Error) {
    const message = `cannot read it: aliases within aliases grow too large`;
    const range: Range = [0, 0];
    const problem: Found = { kind: "syntax", message, help: "write them out", range };
    return { document: undefined, problems: [placed(problem, spans)], secrets };
  }
  const document: ConfigDocument = {
    value,
    spanOf: (path, onKey) => spans.of(path, onKey),
    spanIn: (path, written) => spans.in(path, written),
    isPlain: (path) => {
      const node = spans.nodeAt(path);
      return isScalar(node) && node.type === Scalar.PLAIN;
    },
  };
  return { document, problems, secrets };
}

interface Found {
  readonly kind: "syntax" | "twice";
  readonly message: string;
  readonly help: string | undefined;
  readonly range: Range;
  /** Where the key was written first. */
  readonly first?: Range | undefined;
}

/** Messages quote what they are about. */
const untold = {
  syntax: { message: "cannot read it: this value", help: "put the value in quotes" },
  twice: { message: "this key is written twice" },
} as const;

function placed({ range, first, ...said }: Found, spans: Spans): DocumentProblem {
  const message = "first written here";
  const related = first === undefined ? [] : [{ message, ...spans.between(first) }];
  return { ...said, hint: undefined, related, ...spans.between(range) };
}

/** Where the library's words say too little. */
const wordsByCode: Readonly<Record<string, string>> = {
  BAD_ALIAS: "a word that begins with * is an alias",
  BLOCK_IN_FLOW: "this does not belong inside brackets or braces",
  MULTILINE_IMPLICIT_KEY: "a value ends here, and another begins",
  MULTIPLE_DOCS: "the file holds several documents",
};

/** How to mend what people run into. */
const helpByCode: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "indent with spaces",
  BAD_INDENT: "a bracket, brace or indentation does not match",
  BLOCK_AS_IMPLICIT_KEY: 'a value with ": " in it needs quotes',
  BAD_SCALAR_START: "put the value in quotes",
  MULTIPLE_DOCS: "a config is one document: remove the --- line",
  MISSING_CHAR: "a quote, comma or colon is missing",
  TAG_RESOLVE_FAILED: "remove the tag, or put the value in quotes",
  BAD_ALIAS: 'put it in quotes: "*.example.com"',
  BLOCK_IN_FLOW: "a comma, a quote or a bracket is missing before it",
  MULTILINE_IMPLICIT_KEY: "a comma or a quote is missing",
};

const spaceHelp = 'a space is missing behind the colon: "listen: 8080"';

/** `listen:8080` is one word to YAML, so that the line below it is what looks wrong. */
function isKeyWithoutSpace(code: string, written: string): boolean {
  return code === "MULTILINE_IMPLICIT_KEY" && /^[A-Za-z]+:[^\s:]/.test(written);
}

function syntaxProblems(yaml: Document, text: string): Found[] {
  const open = yaml.errors.find(({ pos }) => text.startsWith("${", pos[0] - 1));
  if (open !== undefined) return [unquotedPlaceholder(text, open.pos[0] - 1)];
  const stars = yaml.warnings.filter(({ code }) => code === "BAD_ALIAS");
  const said = [...yaml.warnings, ...yaml.errors].filter(
    // One unquoted star breaks whatever follows it: say it once, and where it is.
    ({ code, pos }) => code === "BAD_ALIAS" || !stars.some((star) => isNear(star.pos[0], pos[0])),
  );
  const offsets = new Set<number>();
  return said.flatMap(({ code, pos: [start, end], message }) => {
    const offset = code === "BAD_ALIAS" ? text.lastIndexOf("*", start) : start;
    // What follows from an error is often found at the same place.
    if (offsets.has(offset)) return [];
    offsets.add(offset);
    const what = wordsByCode[code] ?? message;
    const range: Range = [offset, Math.max(end, offset)];
    const help = isKeyWithoutSpace(code, text.slice(offset, end)) ? spaceHelp : helpByCode[code];
    return [{ kind: "syntax", message: `cannot read it: ${what}`, help, range }];
  });
}

/** Between brackets or braces, where the brace of `${` begins a map; all else follows from it. */
function unquotedPlaceholder(text: string, start: number): Found {
  const [written = ""] = /^\$\{[^}\n]*\}?/.exec(text.slice(start)) ?? [];
  const message = "cannot read it: between brackets or braces, a placeholder needs quotes";
  const range: Range = [start, start + written.length];
  return { kind: "syntax", message, help: `"${written}"`, range };
}

/** How far the consequences of a star are, in characters: about a host's name. */
const isNear = (star: number, other: number): boolean => other >= star - 1 && other - star < 300;

/** Sound YAML that means nothing here. */
function meaningProblems(yaml: Document): Found[] {
  const found: Found[] = [];
  const targets = aliasTargets(yaml);
  visit(yaml, {
    Alias(_, alias) {
      if (yaml.errors.length > 0 || targets.has(alias)) return;
      const { source } = alias;
      const message = `\`*${source}\` is an alias, and no anchor \`&${source}\` is before it`;
      const help = `put it in quotes if it is text: "*${source}"`;
      found.push({ kind: "syntax", message, help, range: rangeOf(alias) ?? [0, 0] });
    },
    Map(_, map) {
      found.push(...keyProblems(map));
    },
  });
  return found;
}

function keyProblems(map: YAMLMap): Found[] {
  const firsts = new Map<string, Range>();
  return map.items.flatMap(({ key }): Found[] => {
    const range = rangeOf(key) ?? [0, 0];
    const name = nameOf(key);
    if (isAlias(key) || name === "<<") return [];
    if (name === undefined || name === "__proto__" || name === "") {
      const what = name === undefined ? "a list or a map" : `\`${name}\``;
      return [{ kind: "syntax", message: `${what} cannot be a key`, help: undefined, range }];
    }
    const first = firsts.get(name);
    if (first === undefined) {
      firsts.set(name, range);
      return [];
    }
    const message = `\`${name}\` is written twice`;
    return [{ kind: "twice", message, help: "keep one of them", range, first }];
  });
}

function toValue(yaml: Document): unknown {
  try {
    return yaml.toJS() as unknown;
  } catch (error) {
    // The library's own bound on what aliases may grow into.
    return error instanceof Error ? error : new Error(String(error));
  }
}
