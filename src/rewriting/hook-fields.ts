/** Fields as hooks have them: to look at, and to change with a check of every name and value. */

import { describe } from "../base/reader.ts";
import { id, idOfName } from "../http/field-names.ts";
import { isFieldValue, isToken, type Fields } from "../http/fields.ts";
import type { FieldsView, HookFields } from "./hooks.ts";
import type { HookTurn } from "./hook-turn.ts";
import { isLookAlike, isMadeAnew } from "./settable-field.ts";

/** Nothing leads from it to the fields themselves. */
export class ReadFields implements FieldsView {
  readonly #fields: Fields;

  constructor(fields: Fields) {
    this.#fields = fields;
  }

  has(name: string): boolean {
    return this.getAll(name).length > 0;
  }

  get(name: string): string | undefined {
    const values = this.getAll(name);
    if (values.length < 2 || idOfName(name) === id["set-cookie"]) return values[0];
    return values.join(", ");
  }

  getAll(name: string): string[] {
    return typeof name === "string" && isToken(name) ? this.#fields.allNamed(name) : [];
  }

  entries(): [name: string, value: string][] {
    const lines: [string, string][] = [];
    this.#fields.each((name, value) => lines.push([name, value]));
    return lines;
  }
}

export class ChangedFields extends ReadFields implements HookFields {
  readonly #fields: Fields;
  readonly #turn: HookTurn;

  constructor(fields: Fields, turn: HookTurn) {
    super(fields);
    this.#fields = fields;
    this.#turn = turn;
  }

  set(name: string, value: string): void {
    this.#turn.change(() => {
      checkField(name, value);
      this.#fields.set(name, value);
    });
  }

  add(name: string, value: string): void {
    this.#turn.change(() => addGiven(this.#fields, name, value));
  }

  remove(name: string): void {
    this.#turn.change(() => {
      checkName(name);
      this.#fields.removeNamed(name);
    });
  }
}

export function addGiven(fields: Fields, name: string, value: string): void {
  checkField(name, value);
  fields.add(name, value);
}

function checkField(name: string, value: string): void {
  checkName(name);
  if (typeof value === "string" && isFieldValue(value)) return;
  const want = "want text of one line without spaces around it, one character a byte";
  throw new TypeError(`Cannot set field ${name}: ${want}; found ${describe(value)}`);
}

function checkName(name: string): void {
  if (typeof name !== "string" || !isToken(name)) {
    throw new TypeError(`Cannot set field: want a field's name, found ${describe(name)}`);
  }
  if (idOfName(name) === id.host) {
    throw new TypeError("Cannot set field Host: a request's is `authority`, an answer has none");
  }
  if (isMadeAnew(name)) {
    throw new TypeError(`Cannot set field ${name}: it is made anew for each connection`);
  }
  if (isLookAlike(name)) {
    throw new TypeError(`Cannot set field ${name}: servers may take it for another one`);
  }
}
