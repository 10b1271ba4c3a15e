/**
 * The fields of one head or trailer section: order, case and duplicates kept (RFC 9110 §5.3).
 *
 *   text   "Host: a\r\nAccept: *\/*\r\n"            one string, as it was read
 *   marks  [id, nameStart, nameEnd, valueStart, valueEnd,  …next line…]
 *
 * A head that passes through is never taken apart: lines that nobody touches are written again as
 * one piece of the text. A new or changed line stands in the tail. Because what goes in is
 * checked here or by the wire machine that marked it, no CR, LF or NUL can be inside a value.
 */

import { assert } from "../base/assert.ts";
import { id, idOfName, isFraming, isHopByHop, unknown, type FieldId } from "./field-names.ts";

/** How many marks a line has: id, nameStart, nameEnd, valueStart, valueEnd. */
export const marksPerLine = 5;
/** Takes the place of the id of a line that is no longer there. */
export const removed = -1;

const perLine = marksPerLine;

/** Marks from here on count in the tail: far above the length of any head. */
const tailStart = 2 ** 28;

const cr = 0x0d;
const space = 0x20;

const tokenPattern = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** RFC 9110 §5.5: visible characters, obs-text, and spaces and tabs between them. */
const valuePattern = /^(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?$/;

export const isToken = (text: string): boolean => tokenPattern.test(text);
export const isFieldValue = (text: string): boolean => valuePattern.test(text);

export class Fields {
  /** As it was read; never appended to, so that it stays one flat string. */
  readonly #text: string;
  /** The lines that were added or changed since; their marks count from `tailStart`. */
  #tail = "";
  #marks: number[];
  /** Another object has the same marks: they are copied before one is changed. */
  #isShared = false;
  /** Lines of `addMade`, which get marks only when somebody asks for them. */
  #made = "";

  /** `marks` become this object's own. Only wire machines pass any: they have checked the text. */
  constructor(text = "", marks: number[] = []) {
    this.#text = text;
    this.#marks = marks;
  }

  /** Builds fields from pairs, in order. Throws an assertion on what may not be in a head. */
  static of(pairs: Iterable<readonly [name: string, value: string]>): Fields {
    const fields = new Fields();
    for (const [name, value] of pairs) fields.add(name, value);
    return fields;
  }

  /** The same lines; what is done to one does not change the other. */
  clone(): Fields {
    const copy = new Fields(this.#text, this.#marks);
    copy.#tail = this.#tail;
    copy.#made = this.#made;
    copy.#isShared = this.#isShared = true;
    return copy;
  }

  has(field: FieldId): boolean {
    const marks = this.#read();
    for (let at = 0; at < marks.length; at += perLine) if (marks[at] === field) return true;
    return false;
  }

  /** How many lines have this name. */
  countOf(field: FieldId): number {
    const marks = this.#read();
    let count = 0;
    for (let at = 0; at < marks.length; at += perLine) if (marks[at] === field) count += 1;
    return count;
  }

  /** The value of the first line with this name. */
  get(field: FieldId): string | undefined {
    const marks = this.#read();
    for (let at = 0; at < marks.length; at += perLine) {
      if (marks[at] === field) return this.#slice(marks[at + 3]!, marks[at + 4]!);
    }
    return undefined;
  }

  /** All values of this name as one list (RFC 9110 §5.3); never to be used for Set-Cookie. */
  list(field: FieldId): string | undefined {
    const first = this.get(field);
    return first === undefined || this.countOf(field) === 1 ? first : this.all(field).join(", ");
  }

  /** The values of every line with this name, in order. */
  all(field: FieldId): string[] {
    const marks = this.#read();
    const values: string[] = [];
    for (let at = 0; at < marks.length; at += perLine) {
      if (marks[at] === field) values.push(this.#slice(marks[at + 3]!, marks[at + 4]!));
    }
    return values;
  }

  /** The values of every line with this name, which need not be in the table and is in any case. */
  allNamed(name: string): string[] {
    const known = idOfName(name);
    if (known !== unknown) return this.all(known);
    const values: string[] = [];
    this.each((lineName, value) => {
      if (sameName(lineName, name)) values.push(value);
    });
    return values;
  }

  /** Every line, in order, with the name as it was written. Not for the hot path. */
  each(visit: (name: string, value: string, field: FieldId) => void): void {
    const marks = this.#read();
    for (let at = 0; at < marks.length; at += perLine) {
      if (marks[at] === removed) continue;
      visit(
        this.#slice(marks[at + 1]!, marks[at + 2]!),
        this.#slice(marks[at + 3]!, marks[at + 4]!),
        marks[at]!,
      );
    }
  }

  /** Appends a line. A bad name or value is an assertion: the caller has checked foreign ones. */
  add(name: string, value: string): void {
    this.#append(this.#check(name, value), name, value);
  }

  /**
   * Appends a line whose value needs no look: this program made it, or took it from a checked head.
   * On the way of every exchange, where `add` would look at the same bytes again.
   */
  addMade(name: string, value: string): void {
    this.#made += `${name}: ${value}\r\n`;
  }

  /** Gives the first line of this name the value and removes the others; or appends one. */
  set(name: string, value: string): void {
    const field = this.#check(name, value);
    const marks = this.#own();
    let place = -1;
    for (let at = 0; at < marks.length; at += perLine) {
      if (!this.#isNamed(at, field, name)) continue;
      if (place === -1) place = at;
      else marks[at] = removed;
    }
    if (place === -1) this.add(name, value);
    else this.#replaceAt(place, name, value);
  }

  remove(field: FieldId): void {
    if (this.has(field)) this.removeWhere((found) => found === field);
  }

  /** Removes every line of this name, which need not be in the table and is in any case. */
  removeNamed(name: string): void {
    const field = idOfName(name);
    const marks = this.#own();
    for (let at = 0; at < marks.length; at += perLine) {
      if (this.#isNamed(at, field, name)) marks[at] = removed;
    }
  }

  /** Removes the lines for which `doomed` says so. */
  removeWhere(doomed: (field: FieldId) => boolean): void {
    const marks = this.#read();
    for (let at = 0; at < marks.length; at += perLine) {
      if (marks[at] !== removed && doomed(marks[at]!)) this.#own()[at] = removed;
    }
  }

  /** Replaces values line by line; `undefined` leaves a line as it is. */
  mapValues(field: FieldId, change: (value: string) => string | undefined): void {
    const marks = this.#own();
    for (let at = 0; at < marks.length; at += perLine) {
      if (marks[at] !== field) continue;
      const name = this.#slice(marks[at + 1]!, marks[at + 2]!);
      const value = change(this.#slice(marks[at + 3]!, marks[at + 4]!));
      if (value !== undefined) this.#replaceAt(at, name, value);
    }
  }

  /**
   * The lines as HTTP/1 writes them, each ended by CRLF. Throws an assertion if a framing field or
   * one that is meant for one hop is among them: those are made by the machine that writes them.
   */
  write(): string {
    const text = this.#text;
    const marks = this.#marks;
    let out = "";
    let runStart = 0;
    let runEnd = 0;
    for (let at = 0; at < marks.length; at += perLine) {
      const field = marks[at]!;
      if (field === removed) continue;
      if (field > unknown) refuseMachineField(field);
      const start = marks[at + 1]!;
      const nameEnd = marks[at + 2]!;
      const valueEnd = marks[at + 4]!;
      if (start < tailStart && !isCanonical(text, nameEnd, marks[at + 3]!, valueEnd)) {
        out += this.#run(runStart, runEnd);
        out += rewritten(text.substring(start, nameEnd), text, marks, at);
        runStart = runEnd = 0;
        continue;
      }
      if (start !== runEnd) {
        if (runEnd !== runStart) out += this.#run(runStart, runEnd);
        runStart = start;
      }
      runEnd = valueEnd + 2;
    }
    return (runEnd === runStart ? out : out + this.#run(runStart, runEnd)) + this.#made;
  }

  /** The marks of all lines, for looking at only. */
  #read(): number[] {
    if (this.#made !== "") this.#markMade();
    return this.#marks;
  }

  /** The marks of all lines, for changing. */
  #own(): number[] {
    if (this.#made !== "") this.#markMade();
    if (this.#isShared) {
      this.#marks = this.#marks.slice();
      this.#isShared = false;
    }
    return this.#marks;
  }

  #markMade(): void {
    const lines = this.#made.split("\r\n");
    this.#made = "";
    for (const line of lines.slice(0, -1)) {
      const colon = line.indexOf(":");
      const name = line.slice(0, colon);
      this.#append(idOfName(name), name, line.slice(colon + 2));
    }
  }

  /** The whole tail is joined as it is: to cut it out of itself would copy it once more. */
  #run(start: number, end: number): string {
    const isTail = start === tailStart && end === tailStart + this.#tail.length;
    return isTail ? this.#tail : this.#slice(start, end);
  }

  #slice(start: number, end: number): string {
    return start < tailStart
      ? this.#text.substring(start, end)
      : this.#tail.substring(start - tailStart, end - tailStart);
  }

  #append(field: FieldId, name: string, value: string): void {
    const start = tailStart + this.#tail.length;
    this.#tail += `${name}: ${value}\r\n`;
    const nameEnd = start + name.length;
    this.#own().push(field, start, nameEnd, nameEnd + 2, nameEnd + 2 + value.length);
  }

  #isNamed(at: number, field: FieldId, name: string): boolean {
    const found = this.#marks[at]!;
    if (found === removed) return false;
    if (field !== unknown || found !== unknown) return found === field && field !== unknown;
    return sameName(this.#slice(this.#marks[at + 1]!, this.#marks[at + 2]!), name);
  }

  #check(name: string, value: string): FieldId {
    assert(isToken(name), `a field name must be a token, found ${JSON.stringify(name)}`);
    assert(isFieldValue(value), `field ${name} may not hold ${JSON.stringify(value)}`);
    return idOfName(name);
  }

  #replaceAt(at: number, name: string, value: string): void {
    assert(isFieldValue(value), `field ${name} may not hold ${JSON.stringify(value)}`);
    const start = tailStart + this.#tail.length;
    this.#tail += `${name}: ${value}\r\n`;
    const marks = this.#own();
    marks[at + 1] = start;
    marks[at + 2] = start + name.length;
    marks[at + 3] = start + name.length + 2;
    marks[at + 4] = start + name.length + 2 + value.length;
  }
}

/** One space after the colon, and the line ends right behind the value: written as it stands. */
function isCanonical(text: string, nameEnd: number, valueStart: number, valueEnd: number): boolean {
  return (
    valueStart === nameEnd + 2 &&
    text.charCodeAt(nameEnd + 1) === space &&
    text.charCodeAt(valueEnd) === cr
  );
}

function rewritten(name: string, text: string, marks: readonly number[], at: number): string {
  const value = text.substring(marks[at + 3]!, marks[at + 4]!);
  return value === "" ? `${name}:\r\n` : `${name}: ${value}\r\n`;
}

function refuseMachineField(field: FieldId): void {
  const refused = isFraming(field) || (isHopByHop(field) && field !== id.trailer);
  assert(!refused, "only a wire machine writes framing and hop-by-hop fields");
}

function sameName(a: string, b: string): boolean {
  return a.length === b.length && a.toLowerCase() === b.toLowerCase();
}
