/**
 * A problem with its place in the source, as a picture:
 *
 *   error[FG1004]: unknown key `loadbalance` in pool "api"
 *     ┌─ foregate.yaml:4:5
 *     │
 *   2 │   api:
 *   3 │     to: [10.0.0.11:8080]
 *   4 │     loadbalance: leastconn
 *     │     ^^^^^^^^^^^ did you mean `balance`?
 *     │
 *     = docs: docs/errors.md#FG1004
 *
 * Pure: a problem and the text in, lines out.
 */

import { adviceOn, docsOf, type Problem, type Span } from "../config/problems.ts";
import type { Paint, Style } from "./colour.ts";
import { visible, type ShownLine, type SourceLines } from "./source-line.ts";

export interface Look {
  /** Cells in a line of the terminal. */
  readonly width: number;
  readonly paint: Paint;
}

/** Lines that are shown before the one that is meant: what it stands in. */
const linesBefore = 2;

/** However narrow the terminal is, this much of a line is shown. */
const sourceCellsMin = 30;

interface Mark extends Span {
  readonly file: string;
  readonly label: string;
  readonly style: Problem["severity"] | "related";
}

/** `sources` by the names of files; a problem without a place in one of them has no picture. */
export function picture(
  problem: Problem,
  sources: ReadonlyMap<string, SourceLines>,
  look: Look,
): string[] {
  const { severity, code, message, file, help, line } = problem;
  const { paint } = look;
  const title = paint(severity, `${severity}[${code}]`) + paint("title", `: ${visible(message)}`);
  const marks = sources.has(file) && line !== undefined ? marksOf(problem, sources) : [];
  const gutter = Math.max(1, ...marks.map((mark) => String(mark.line).length));
  const equals = `${" ".repeat(gutter + 1)}${paint("frame", "=")}`;
  const advice = marks.length === 0 ? adviceOn(problem) : help;
  const files = [...new Set(marks.map((mark) => mark.file))];
  return [
    title,
    ...(marks.length === 0 && file !== "" ? [`${equals} in:   ${visible(file)}`] : []),
    ...files.flatMap((name, at) => {
      const own = marks.filter((mark) => mark.file === name);
      return block(own, sources.get(name)!, { ...look, gutter, corner: at === 0 ? "┌─" : "├─" });
    }),
    ...(advice === undefined ? [] : [`${equals} help: ${visible(advice)}`]),
    `${equals} docs: ${docsOf(code)}`,
  ];
}

function marksOf(problem: Problem, sources: ReadonlyMap<string, SourceLines>): Mark[] {
  const { file, line = 1, column = 1, endLine = line, endColumn = column, hint = "" } = problem;
  const span = { line, column, endLine, endColumn };
  const main: Mark = { file, ...span, label: visible(hint), style: problem.severity };
  const others = problem.related.filter((place) => sources.has(place.file));
  return [
    main,
    ...others.map(({ message, ...place }): Mark => {
      return { ...place, label: message, style: "related" };
    }),
  ];
}

interface BlockLook extends Look {
  /** Digits of the largest line number. */
  readonly gutter: number;
  readonly corner: string;
}

/** The lines of one file; the first of the marks is the one that its head names. */
function block(marks: readonly Mark[], source: SourceLines, look: BlockLook): string[] {
  const [first] = marks;
  if (first === undefined) return [];
  const { gutter, paint, corner } = look;
  const empty = `${" ".repeat(gutter)} ${paint("frame", "│")}`;
  const place = `${visible(first.file)}:${first.line}:${first.column}`;
  const rows = [`${" ".repeat(gutter)} ${paint("frame", corner)} ${place}`, empty];
  let before: number | undefined;
  for (const line of linesShown(marks, source)) {
    if (before !== undefined && line > before + 1) {
      rows.push(`${" ".repeat(gutter)} ${paint("frame", "·")}`);
    }
    before = line;
    const own = marks.filter((mark) => mark.line === line);
    rows.push(...lineRows(line, own.toSorted(byColumn), source, look));
  }
  return [...rows, empty];
}

const byColumn = (a: Span, b: Span): number => a.column - b.column;

/** Every line with a mark, what stands before the main one, and no gap of a single line. */
function linesShown(marks: readonly Mark[], source: SourceLines): number[] {
  const lines = new Set(marks.map(({ line }) => line));
  for (const { line, style } of marks) {
    let first = Math.max(1, line - (style === "related" ? 0 : linesBefore));
    while (first < line && source.textOf(first).trim() === "") first++;
    for (let before = first; before < line; before++) lines.add(before);
  }
  const sorted = [...lines].toSorted((a, b) => a - b);
  return sorted.flatMap((line, at) => (sorted[at - 1] === line - 2 ? [line - 1, line] : [line]));
}

function lineRows(
  line: number,
  marks: readonly Mark[],
  source: SourceLines,
  look: BlockLook,
): string[] {
  const { gutter, paint, width } = look;
  const cells = Math.max(sourceCellsMin, width - gutter - 3);
  const number = `${paint("frame", `${String(line).padStart(gutter)} │`)}`;
  const empty = `${" ".repeat(gutter)} ${paint("frame", "│")} `;
  const shown = source.show(line, marks[0]?.column ?? 1);
  const row = (first: number, part: ShownLine): string =>
    `${number} ${part.window(first, cells)}`.trimEnd();
  if (marks.length === 0) return [row(0, shown)];
  const together = shown.cells <= cells ? [marks] : marks.map((mark) => [mark]);
  return together.flatMap((group) => {
    const part = source.show(line, group[0]!.column);
    const first = firstCell(part, group[0]!, cells);
    const under = group.flatMap((mark) => markRows(part, mark, { first, cells }));
    return [
      row(first, part),
      ...under.map(({ indent, text, style }) => `${empty}${indent}${paint(style, text)}`),
    ];
  });
}

/** Where a long line is cut so that its mark is seen, with some of what stands before it. */
function firstCell(line: ShownLine, mark: Mark, cells: number): number {
  if (line.cells <= cells) return 0;
  const start = line.cellOf(mark.column);
  const wanted = Math.min(start - Math.floor(cells / 3), line.cells - cells);
  return Math.max(0, wanted);
}

interface Window {
  readonly first: number;
  readonly cells: number;
}

interface MarkRow {
  readonly indent: string;
  readonly text: string;
  readonly style: Style;
}

/** The underline with its label behind it, or below it where there is no room. */
function markRows(line: ShownLine, mark: Mark, { first, cells }: Window): MarkRow[] {
  const start = line.cellOf(mark.column) - first;
  const isOneLine = mark.endLine === mark.line;
  const end = (isOneLine ? line.endCellOf(mark.endColumn) : line.cells) - first;
  const length = Math.max(1, Math.min(end, cells) - start);
  const { label, style } = mark;
  const underline = (style === "related" ? "-" : "^").repeat(length);
  const indent = " ".repeat(start);
  if (label === "") return [{ indent, text: underline, style }];
  if (start + length + 1 + label.length <= cells) {
    return [{ indent, text: `${underline} ${label}`, style }];
  }
  const labelIndent = " ".repeat(Math.max(0, Math.min(start, cells - label.length)));
  return [
    { indent, text: underline, style },
    { indent: labelIndent, text: label, style },
  ];
}
