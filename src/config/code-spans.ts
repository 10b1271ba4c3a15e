/** From a place in the value of a config in code to where it is written, as `spans.ts` for YAML. */

import type { CodeMap, CodeNode } from "./code-tree.ts";
import type { Span } from "./problems.ts";
import type { Path, Range } from "./spans.ts";

export class CodeSpans {
  readonly #text: string;
  readonly #root: CodeNode | undefined;
  readonly #lineStarts: readonly number[];

  constructor(text: string, root: CodeNode | undefined) {
    this.#text = text;
    this.#root = root;
    this.#lineStarts = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
  }

  /** Of a place that is not written: where the nearest one around it begins, without length. */
  of(path: Path, onKey: boolean): Span | undefined {
    let node = this.#root;
    if (node === undefined) return undefined;
    let range = node.range;
    for (const [depth, step] of path.entries()) {
      const isLast = depth === path.length - 1;
      if (node.kind === "map") {
        const entry = node.entries.get(String(step));
        if (entry === undefined) return this.between([range[0], range[0]]);
        node = entry.value;
        range = onKey && isLast ? entry.key : node.range;
      } else {
        const item: CodeNode | undefined =
          node.kind === "list" && typeof step === "number" ? node.items[step] : undefined;
        if (item === undefined) return this.between([range[0], range[0]]);
        node = item;
        range = item.range;
      }
    }
    return this.between(range);
  }

  between([start, end]: Range): Span {
    const { line, column } = this.#at(start);
    const { line: endLine, column: endColumn } = this.#at(end);
    return { line, column, endLine, endColumn };
  }

  /** Of a place that the runtime names: the word there. */
  wordAt(line: number, column: number): Span {
    const start = (this.#lineStarts[line - 1] ?? this.#text.length) + column - 1;
    const word = /[\w$]*/y;
    word.lastIndex = Math.min(start, this.#text.length);
    const length = word.exec(this.#text)?.[0].length ?? 0;
    return { line, column, endLine: line, endColumn: column + length };
  }

  #at(offset: number): { readonly line: number; readonly column: number } {
    let low = 0;
    let high = this.#lineStarts.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.#lineStarts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - this.#lineStarts[low]! + 1 };
  }
}

/** Every map of the tree, once: what is named by a constant may be in several places. */
export function mapsOf(root: CodeNode | undefined): readonly CodeMap[] {
  const found = new Set<CodeNode>(root === undefined ? [] : [root]);
  for (const node of found) {
    if (node.kind === "list") for (const item of node.items) found.add(item);
    if (node.kind === "map") for (const { value } of node.entries.values()) found.add(value);
  }
  return [...found].filter((node) => node.kind === "map");
}
