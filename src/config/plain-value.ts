/**
 * The value of a config in code as plain data, so that it can leave its thread. Functions stay
 * behind: their paths say where they were.
 */

import type { Path } from "./spans.ts";

export interface PlainValue {
  readonly value: unknown;
  readonly functions: readonly Path[];
  /** What is neither data nor a function. */
  readonly strange: readonly StrangeValue[];
}

export interface StrangeValue {
  readonly path: Path;
  /** What is wrong: `want plain data, found a Date`. */
  readonly message: string;
  readonly help: string | undefined;
}

/** Some hundred thousand routes. */
const valuesMax = 2_000_000;

/** Deeper than any config. */
const depthMax = 100;

/** Stands where something was left out, for whoever says so. */
const placeholder = "";

export function plainValue(given: unknown): PlainValue {
  const walk = new Walk();
  return { value: walk.copy(given, []), functions: walk.functions, strange: walk.strange };
}

class Walk {
  readonly functions: Path[] = [];
  readonly strange: StrangeValue[] = [];
  /** What is being copied: none of it may be within itself. */
  readonly #around = new Set<object>();
  #valueCount = 0;

  copy(given: unknown, path: Path): unknown {
    this.#valueCount += 1;
    if (typeof given === "function") {
      this.functions.push(path);
      return placeholder;
    }
    if (typeof given === "symbol") return this.#reject(path, "a symbol");
    if (typeof given !== "object" || given === null) return given;
    if (this.#valueCount > valuesMax || path.length > depthMax) {
      return this.#reject(path, "too much", "is a part of it within itself?");
    }
    if (this.#around.has(given)) return this.#reject(path, "what contains itself");
    this.#around.add(given);
    const copied = Array.isArray(given)
      ? Array.from(given, (item: unknown, at) => this.copy(item, [...path, at]))
      : this.#copyMap(given, path);
    this.#around.delete(given);
    return copied;
  }

  #copyMap(given: object, path: Path): unknown {
    const prototype: unknown = Object.getPrototypeOf(given);
    if (prototype !== Object.prototype && prototype !== null) {
      return this.#reject(path, kindOf(given), helpFor(given));
    }
    const copied: Record<string, unknown> = {};
    for (const key of Reflect.ownKeys(given)) {
      if (typeof key === "symbol") this.#reject(path, `a symbol as a key`);
      else if (key === "__proto__" || key === "") this.#reject(path, `\`${key}\` as a key`);
      else {
        const value = (given as Readonly<Record<string, unknown>>)[key];
        // `key: isWanted ? value : undefined` leaves it out.
        if (value !== undefined) copied[key] = this.copy(value, [...path, key]);
      }
    }
    return copied;
  }

  #reject(path: Path, found: string, help?: string): typeof placeholder {
    if (this.strange.length < 100) {
      this.strange.push({ path, message: `want plain data, found ${found}`, help });
    }
    return placeholder;
  }
}

function kindOf(given: object): string {
  const { constructor: maker } = given;
  const name = typeof maker === "function" ? maker.name : "";
  return name === "" ? "an object with a prototype" : `an object of the class ${name}`;
}

/** What people put there, and what to write instead. */
function helpFor(given: object): string | undefined {
  if (given instanceof URL) return "write its text: String(url)";
  if (given instanceof Promise) return "await it";
  if (given instanceof Map) return "make a map of it: Object.fromEntries(map)";
  if (given instanceof Set) return "make a list of it: [...set]";
  return undefined;
}
