/**
 * A config's value with its placeholders filled. A plain scalar that is nothing but a placeholder
 * is read again as a scalar (`workers: ${WORKERS}`); anything else stays text, whatever fills it.
 */

import { parse } from "yaml";

import type { Span } from "./problems.ts";
import {
  expandText,
  type BadPlaceholder,
  type Piece,
  type Surroundings,
  type TextKind,
} from "./placeholders.ts";
import type { ConfigDocument } from "./read-document.ts";
import type { Path } from "./spans.ts";

/** One text of a config that has placeholders. */
export interface Expansion {
  readonly path: Path;
  readonly written: string;
  /** A scalar. */
  readonly value: unknown;
  readonly pieces: readonly Piece[];
}

export interface FailedExpansion extends BadPlaceholder {
  readonly path: Path;
  readonly span: Span | undefined;
}

export interface ExpandedDocument {
  readonly value: unknown;
  readonly expansions: readonly Expansion[];
  readonly failed: readonly FailedExpansion[];
}

export function expandDocument(
  document: ConfigDocument,
  surroundings: Surroundings,
): ExpandedDocument {
  const expansions: Expansion[] = [];
  const failed: FailedExpansion[] = [];

  const expandScalar = (written: string, path: Path): unknown => {
    const { text, pieces, bad } = expandText(written, kindOf(path), surroundings);
    for (const one of bad) failed.push({ ...one, path, span: document.spanIn(path, one.written) });
    if (pieces.length === 0) return text;
    const isWhole = pieces[0]?.written === written && document.isPlain(path);
    const value = isWhole ? readScalar(text) : text;
    expansions.push({ path, written, value, pieces });
    return value;
  };
  const checkKey = (key: string, path: Path): void => {
    const { pieces, bad } = expandText(key, "plain", surroundings);
    const [found] = [...pieces, ...bad];
    if (found === undefined) return;
    const message = "placeholders stand in values, and this is a key";
    const { written } = found;
    failed.push({ message, help: undefined, written, path, span: document.spanOf(path, true) });
  };
  /** What has no placeholder is not copied. */
  const expand = (value: unknown, path: Path): unknown => {
    if (typeof value === "string") return value.includes("${") ? expandScalar(value, path) : value;
    if (typeof value !== "object" || value === null) return value;
    const isList = Array.isArray(value);
    let isChanged = false;
    const entries = Object.entries(value).map(([key, inner]): [string, unknown] => {
      const at = [...path, isList ? Number(key) : key];
      if (!isList && key.includes("${")) checkKey(key, at);
      const expanded = expand(inner, at);
      if (expanded !== inner) isChanged = true;
      return [key, expanded];
    });
    if (!isChanged) return value;
    return isList ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
  };
  return { value: expand(document.value, []), expansions, failed };
}

/** What can only be a scalar, and may be another one than text. */
const scalarPattern = /^(?:~|[-+.]{0,2}\w[\w.+-]*)?$/;

const readScalar = (text: string): unknown =>
  scalarPattern.test(text) ? (parse(text) as unknown) : text;

/** `redirect`, and what is set in `headers` of requests and responses. */
function kindOf(path: Path): TextKind {
  const keys = path.filter((step) => typeof step === "string");
  const tail = keys.slice(-2);
  if (tail.at(-1) === "redirect" || tail.join(" ") === "redirect to") return "template";
  const [room, side = "", how = ""] = keys.slice(-4);
  const isFieldRule = /^(?:request|response)$/.test(side) && /^(?:set|add|default)$/.test(how);
  return room === "headers" && isFieldRule ? "template" : "plain";
}
