/**
 * Plain objects as text, and back: what crosses from one thread to another in pieces.
 *
 * JSON, and beyond it `undefined`, numbers without end, maps, bytes, and whatever its user names.
 * What is one object stays one object, also from one piece to the next: it is written where it is
 * met first, and referred to afterwards. A branch knows what was written before it, and nothing of
 * other branches: its pieces can be read without theirs. Every object comes to have the properties
 * that it had, in their order, so that all of a kind stay of one shape.
 */

import { Buffer } from "node:buffer";

import { assert } from "./assert.ts";

/** A class, or functions: what is not plain, and how it is made of what is. */
export interface Peculiar {
  /** Two of them never have the same. */
  readonly kind: string;
  /** undefined: it is none of this kind. */
  readonly take: (value: object) => unknown;
  /** Of what was taken. */
  readonly make: (taken: unknown) => object;
}

/** JSON's values. An object with this key alone is something peculiar: `{ "$": [kind, value] }`. */
type Form = string | number | boolean | null | Form[] | { [key: string]: Form };

const mark = "$";

const own: readonly Peculiar[] = [
  {
    kind: "bytes",
    take: (value) => (Buffer.isBuffer(value) ? value.toString("latin1") : undefined),
    make: (taken) => Buffer.from(taken as string, "latin1"),
  },
  {
    kind: "map",
    take: (value) => (value instanceof Map ? [...(value as Map<unknown, unknown>)] : undefined),
    make: (taken) => new Map(taken as [unknown, unknown][]),
  },
  {
    kind: "set",
    take: (value) => (value instanceof Set ? [...(value as Set<unknown>)] : undefined),
    make: (taken) => new Set(taken as unknown[]),
  },
];

export class GraphWriter {
  readonly #peculiar: readonly Peculiar[];
  readonly #trunk: GraphWriter | undefined;
  readonly #first: number;
  readonly #numbers = new Map<object, number>();

  constructor(peculiar: readonly Peculiar[], trunk?: GraphWriter) {
    this.#peculiar = [...own, ...peculiar];
    this.#trunk = trunk;
    this.#first = trunk?.count ?? 0;
  }

  /** Of objects that were written so far. */
  get count(): number {
    return this.#first + this.#numbers.size;
  }

  /** Nothing may be written here any more once it has one. */
  branch(): GraphWriter {
    return new GraphWriter(this.#peculiar.slice(own.length), this);
  }

  /** One piece. It has no line break in it. Throws on what has no form. */
  write(value: unknown): string {
    return JSON.stringify(this.#formOf(value));
  }

  #formOf(value: unknown): Form {
    switch (typeof value) {
      case "string":
      case "boolean":
        return value;
      case "number":
        return Number.isFinite(value) ? value : { [mark]: ["number", String(value)] };
      case "undefined":
        return { [mark]: ["undefined", null] };
      case "object":
      case "function":
        return value === null ? null : this.#formOfObject(value);
      case "bigint":
      case "symbol":
        throw new TypeError(`Cannot write a ${typeof value}`);
    }
  }

  #formOfObject(value: object): Form {
    const number = this.#numberOf(value);
    if (number !== undefined) return { [mark]: ["same", number] };
    const form = this.#formOfNew(value);
    this.#numbers.set(value, this.count);
    return form;
  }

  #numberOf(value: object): number | undefined {
    const number = this.#numbers.get(value);
    const trunk = this.#trunk;
    return number !== undefined || trunk === undefined ? number : trunk.#numberOf(value);
  }

  #formOfNew(value: object): Form {
    if (Array.isArray(value)) return value.map((item) => this.#formOf(item));
    for (const { kind, take } of this.#peculiar) {
      const taken = take(value);
      if (taken !== undefined) return { [mark]: [kind, this.#formOf(taken)] };
    }
    const prototype: unknown = Object.getPrototypeOf(value);
    assert(
      typeof value === "object" && (prototype === Object.prototype || prototype === null),
      `a form is made of plain objects, found ${value.constructor.name}`,
    );
    const entries = Object.entries(value).map(([key, item]): [string, Form] => [
      key,
      this.#formOf(item),
    ]);
    const isMarked = entries.length === 1 && entries[0]?.[0] === mark;
    return isMarked ? { [mark]: ["object", entries] } : Object.fromEntries(entries);
  }
}

/** Reads pieces in the order in which they were written. */
export class GraphReader {
  readonly #peculiar: readonly Peculiar[];
  readonly #byKind: ReadonlyMap<string, Peculiar>;
  readonly #trunk: GraphReader | undefined;
  readonly #first: number;
  readonly #objects: object[] = [];

  constructor(peculiar: readonly Peculiar[], trunk?: GraphReader) {
    this.#peculiar = peculiar;
    this.#byKind = new Map([...own, ...peculiar].map((one) => [one.kind, one]));
    this.#trunk = trunk;
    this.#first = trunk === undefined ? 0 : trunk.#first + trunk.#objects.length;
  }

  /** For the pieces of one branch, when all that was written before it has been read. */
  branch(): GraphReader {
    return new GraphReader(this.#peculiar, this);
  }

  read(piece: string): unknown {
    return this.#valueOf(JSON.parse(piece) as Form);
  }

  #valueOf(form: Form): unknown {
    if (typeof form !== "object" || form === null) return form;
    const [key, ...others] = Object.keys(form);
    if (!Array.isArray(form) && key === mark && others.length === 0) {
      const [kind, taken] = form[mark] as [string, Form];
      if (kind === "undefined") return undefined;
      if (kind === "number") return Number(taken);
      if (kind === "same") return this.#objectAt(taken as number);
      return this.#numbered(this.#peculiarOf(kind, taken));
    }
    if (Array.isArray(form)) return this.#numbered(form.map((item) => this.#valueOf(item)));
    return this.#numbered(this.#objectOf(Object.entries(form)));
  }

  #peculiarOf(kind: string, taken: Form): object {
    if (kind === "object") return this.#objectOf(taken as [string, Form][]);
    const peculiar = this.#byKind.get(kind);
    assert(peculiar !== undefined, `a form has kinds that are known, found ${kind}`);
    return peculiar.make(this.#valueOf(taken));
  }

  #objectOf(entries: readonly (readonly [string, Form])[]): object {
    const object: Record<string, unknown> = {};
    for (const [key, item] of entries) {
      const value = this.#valueOf(item);
      // Assigned, it would be the object's prototype.
      if (key === "__proto__") Object.defineProperty(object, key, { ...property, value });
      else object[key] = value;
    }
    return object;
  }

  #objectAt(number: number): object | undefined {
    const trunk = this.#trunk;
    return trunk !== undefined && number < this.#first
      ? trunk.#objectAt(number)
      : this.#objects[number - this.#first];
  }

  /** Numbered when it is whole, as it was when it was written. */
  #numbered<T extends object>(value: T): T {
    this.#objects.push(value);
    return value;
  }
}

const property = { configurable: true, enumerable: true, writable: true } as const;
