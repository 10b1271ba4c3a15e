/**
 * A line of a config as a terminal shows it: tabs and wide characters in cells, secrets masked, and
 * a long line cut around the place that matters. Columns of the file become cells of the screen.
 */

import { mask, type SourceText } from "../config/secrets.ts";
import type { Range } from "../config/spans.ts";

const tabCells = 4;

/** How much of a line is looked at on either side of a place: a minified file is one line. */
const reachMax = 500;

/** One character, or a whole secret. */
interface Glyph {
  /** Offset within the line. */
  readonly from: number;
  readonly text: string;
  readonly cell: number;
  readonly cells: number;
}

export class SourceLines {
  readonly #source: SourceText;
  readonly #starts: readonly number[];

  constructor(source: SourceText) {
    this.#source = source;
    const starts = [0];
    for (const { index } of source.text.matchAll(/\n/g)) starts.push(index + 1);
    this.#starts = starts;
  }

  /** From 1, without its end; "" where there is none. */
  textOf(line: number): string {
    const start = this.#starts[line - 1];
    if (start === undefined) return "";
    const end = (this.#starts[line] ?? this.#source.text.length + 1) - 1;
    return this.#source.text.slice(start, end).replace(/\r$/, "");
  }

  /** The part of a line that can be shown for a place at this column (from 1). */
  show(line: number, column: number): ShownLine {
    const text = this.textOf(line);
    const start = this.#starts[line - 1] ?? 0;
    const from = wholeCharacter(text, Math.max(0, column - 1 - reachMax));
    const to = wholeCharacter(text, Math.min(text.length, column - 1 + reachMax));
    // Of a secret in several lines, the indentation is none.
    const indent = Math.max(from, text.search(/\S/));
    const secrets = this.#source.secrets.flatMap(([begin, end]): Range[] => {
      const clipped: Range = [Math.max(begin - start, indent), Math.min(end - start, to)];
      return clipped[0] < clipped[1] ? [clipped] : [];
    });
    return new ShownLine(glyphsOf(text.slice(0, to), from, secrets), {
      isCutBefore: from > 0,
      isCutAfter: to < text.length,
    });
  }
}

/** Never between the halves of a surrogate pair. */
function wholeCharacter(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff ? at + 1 : at;
}

export interface Cut {
  readonly isCutBefore: boolean;
  readonly isCutAfter: boolean;
}

export class ShownLine {
  readonly #glyphs: readonly Glyph[];
  readonly #cut: Cut;
  /** How wide it is. */
  readonly cells: number;

  constructor(glyphs: readonly Glyph[], cut: Cut) {
    this.#glyphs = glyphs;
    this.#cut = cut;
    const last = glyphs.at(-1);
    this.cells = last === undefined ? 0 : last.cell + last.cells;
  }

  /** Where a column (from 1) begins; inside a secret, where that begins. */
  cellOf(column: number): number {
    const at = this.#glyphs.findLastIndex(({ from }) => from <= column - 1);
    const glyph = this.#glyphs[at];
    if (glyph === undefined) return 0;
    const isBehindLast = at === this.#glyphs.length - 1 && column - 1 > glyph.from;
    return isBehindLast && !isMasked(glyph) ? glyph.cell + glyph.cells : glyph.cell;
  }

  /** Where what ends before this column ends. */
  endCellOf(column: number): number {
    const last = this.#glyphs.findLast(({ from }) => from < column - 1);
    return last === undefined ? 0 : last.cell + last.cells;
  }

  /** At most `width` cells from `first` on, with an ellipsis where something is missing. */
  window(first: number, width: number): string {
    const isCutBefore = first > 0 || this.#cut.isCutBefore;
    const isCutAfter = this.cells > first + width || this.#cut.isCutAfter;
    const begin = first + (isCutBefore ? 1 : 0);
    const end = first + width - (isCutAfter ? 1 : 0);
    let shown = isCutBefore ? "…" : "";
    let cell = begin;
    for (const glyph of this.#glyphs) {
      if (glyph.cell < begin || glyph.cell + glyph.cells > end) continue;
      shown += " ".repeat(glyph.cell - cell) + glyph.text;
      cell = glyph.cell + glyph.cells;
    }
    return isCutAfter ? `${shown}…` : shown.trimEnd();
  }
}

const isMasked = ({ text }: Glyph): boolean => text === mask;

function glyphsOf(text: string, from: number, secrets: readonly Range[]): Glyph[] {
  const glyphs: Glyph[] = [];
  let cell = 0;
  let secret = 0;
  for (let at = from; at < text.length;) {
    const [start, end] = secrets[secret] ?? [text.length, text.length];
    const isSecret = at === start;
    const character = String.fromCodePoint(text.codePointAt(at)!);
    const shown = isSecret ? mask : shownAs(character, cell);
    const cells = isSecret ? mask.length : cellsOf(shown);
    glyphs.push({ from: at, text: shown, cell, cells });
    cell += cells;
    at = isSecret ? end : at + character.length;
    if (isSecret) secret++;
  }
  return glyphs;
}

/** What a terminal would obey instead of showing it (also what turns the direction of text). */
const unseen = /[\p{Cc}\p{Cf}\u2028\u2029]/u;
const everyUnseen = new RegExp(unseen, "gu");
const joiner = "\u200d";

function shownAs(character: string, cell: number): string {
  if (character === "\t") return " ".repeat(tabCells - (cell % tabCells));
  return unseen.test(character) && character !== joiner ? "\ufffd" : character;
}

const flat = /^(?:\p{Mn}|\p{Me}|\u200d)$/u;

/** East Asian Width W and F (UAX #11) in blocks, and what is shown as an image by itself. */
const wideBlocks =
  "\\u1100-\\u115f\\u2e80-\\u303e\\u3041-\\ua4cf\\uac00-\\ud7a3\\uf900-\\ufaff" +
  "\\ufe30-\\ufe6f\\uff00-\\uff60\\uffe0-\\uffe6\\u{20000}-\\u{3fffd}";
const wide = new RegExp(`^(?:[${wideBlocks}]|\\p{Emoji_Presentation})$`, "u");

/** How many cells a text takes, as far as it is one character or spaces. */
function cellsOf(shown: string): number {
  if (shown.startsWith(" ")) return shown.length;
  if (flat.test(shown)) return 0;
  return wide.test(shown) ? 2 : 1;
}

/** Text of a message, with what a terminal would obey written out. */
export function visible(text: string): string {
  return text.replaceAll(everyUnseen, (character) => {
    return `\\u{${character.codePointAt(0)!.toString(16)}}`;
  });
}
