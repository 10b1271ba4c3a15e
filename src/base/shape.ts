/**
 * Shapes: what may stand at a place in a config, in the words of JSON Schema, and what is said of
 * it to people. They stand beside the readers; the schema for editors, the types and the reference
 * are made of them, so that none of the three can say what no reader does.
 */

/** A type and not an interface, for the schema library's sake: it wants an index. */
export type Shape = {
  readonly type?: "array" | "boolean" | "integer" | "null" | "number" | "object" | "string";
  readonly enum?: readonly (string | number | boolean)[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Shape;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly anyOf?: readonly Shape[];
  readonly propertyNames?: Shape;
  readonly additionalProperties?: Shape;
  /** What people call it, where the other words are none for people: `a time from 1s to 1h`. */
  readonly called?: string;
  /** The type in TypeScript, where JSON Schema has no word for it: a function. */
  readonly typescript?: string;
};

/** What is said about a key. */
export type About = {
  /** What it is for: a sentence or a few, in Markdown, without a line break. */
  readonly description: string;
  /** What holds where it is not written, as it would be written. */
  readonly default?: unknown;
  /** Values that may stand there, the most telling one first; at least one. */
  readonly examples: readonly [unknown, ...unknown[]];
  /** The version that brought it; the first one if nothing is said. */
  readonly since?: string;
};

/** What a user writes to switch something off, as `isOff` reads it. */
export const off: Shape = { enum: ["off", false] };

export const textShape: Shape = { type: "string", minLength: 1, called: "text" };

/** One of them, or a list of them. */
export const oneOrMore = (shape: Shape): Shape => ({
  anyOf: [shape, { type: "array", items: shape, minItems: 1 }],
});

/** A map from names of the user's own; `name` is what each of them is. */
export const mapOf = (name: string, shape: Shape): Shape => ({
  type: "object",
  propertyNames: { called: name },
  additionalProperties: shape,
});

/** The name of a file. */
export const fileShape: Shape = { type: "string", minLength: 1, called: "a file" };
