/**
 * What the description of the config is put together with; see `schema.ts`. It is data: only what
 * is generated of it makes a schema of it, and no start of the program waits for that.
 */

import type { z } from "zod";

import type { About, Shape } from "../base/shape.ts";

/** What may stand at a place: said here, or by the schema of a room. */
export type Part = Described | z.ZodType;

export type Described =
  | { readonly kind: "shape"; readonly shape: Shape }
  | { readonly kind: "either"; readonly parts: readonly Part[] }
  | { readonly kind: "list"; readonly items: Part }
  | DescribedNames
  | DescribedMap;

/** A map from names of the user's own. */
export interface DescribedNames {
  readonly kind: "named";
  /** What each of them is. */
  readonly name: string;
  readonly pattern: RegExp | undefined;
  readonly part: Part;
}

/** A map with these keys and no others. */
export interface DescribedMap {
  readonly kind: "map";
  readonly keys: Keys;
  readonly about: AboutMap;
}

/** In the order in which messages list them. */
export type Keys = Readonly<Record<string, Key | z.ZodType>>;

export interface Key {
  readonly kind: "key";
  readonly part: Part;
  readonly about: About;
  readonly isRequired: boolean;
}

/** What is said of a map itself. */
export interface AboutMap {
  /** Its name among the types. */
  readonly id: "Config" | `${string}Config`;
  readonly title: string;
}

export const what = (shape: Shape): Described => ({ kind: "shape", shape });

export const either = (...parts: readonly Part[]): Described => ({ kind: "either", parts });

/** Of at least one. */
export const listOf = (items: Part): Described => ({ kind: "list", items });

export const named = (name: string, part: Part, pattern?: RegExp): Described => ({
  kind: "named",
  name,
  pattern,
  part,
});

export const mapWith = (keys: Keys, about: AboutMap): DescribedMap => ({
  kind: "map",
  keys,
  about,
});

/** A key whose value has one of the shapes that readers have. */
export const value = (shape: Shape, about: About): Key => described(what(shape), about);

export const described = (part: Part, about: About): Key => ({
  kind: "key",
  part,
  about,
  isRequired: false,
});

/** A key that has to be there. */
export const required = (part: Part, about: About): Key => ({
  ...described(part, about),
  isRequired: true,
});

export function keysOf<OfMap extends Keys>(keys: OfMap): readonly (keyof OfMap & string)[] {
  return Object.keys(keys);
}
