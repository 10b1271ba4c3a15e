/** The config's description (`src/config/schema.ts`) as JSON Schema with our own words in it. */

import { z } from "zod";

import type { About, Shape } from "../../../src/base/shape.ts";
import type { DescribedMap, Key, Part } from "../../../src/config/described.ts";
import { configSchema } from "../../../src/config/schema.ts";

/** What may stand at one place. */
export interface Node extends Partial<Omit<About, "examples">> {
  readonly type?: Shape["type"];
  readonly enum?: Shape["enum"];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Node;
  readonly minItems?: number;
  readonly anyOf?: readonly Node[];
  /** Has one item: the reference beside which other words stand. */
  readonly allOf?: readonly Node[];
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly propertyNames?: Node;
  readonly additionalProperties?: Node | false;
  readonly title?: string;
  readonly called?: string;
  readonly typescript?: string;
  readonly examples?: readonly unknown[];
}

/** A map with a name of its own. */
export interface Definition {
  readonly name: string;
  readonly title: string;
  readonly keys: Readonly<Record<string, Node>>;
  readonly required: ReadonlySet<string>;
}

export interface Description {
  /** By name; all that the others refer to is in it. */
  readonly nodes: Readonly<Record<string, Node>>;
  /** The whole config first, then what it refers to, in this order. */
  readonly definitions: readonly Definition[];
}

const root = "Config";

/** Draft 7 is the newest that editors know in full: of later ones they know parts. */
export const draft = "http://json-schema.org/draft-07/schema#";

export function describeConfig(): Description {
  const schema = z.toJSONSchema(schemaOf(configSchema, new Map()), {
    io: "input",
    target: "draft-7",
    override: ({ zodSchema, jsonSchema }) => {
      // They are of what is written, and left out where that is read into something else.
      const { default: usual, examples } = (z.globalRegistry.get(zodSchema) ??
        {}) as Partial<About>;
      if (usual !== undefined) Object.assign(jsonSchema, { default: usual });
      if (examples !== undefined) Object.assign(jsonSchema, { examples });
    },
  });
  const nodes = schema["definitions"] as Readonly<Record<string, Node>>;
  const definitions = namesFrom(root, nodes).map((name) => {
    const { title = "", properties = {}, required = [] } = nodes[name] ?? {};
    return { name, title, keys: properties, required: new Set(required) };
  });
  return { nodes, definitions };
}

/** `known`: a map that stands in several places is one schema. */
function schemaOf(part: Part, known: Map<DescribedMap, z.ZodType>): z.ZodType {
  if (part instanceof z.ZodType) return part;
  switch (part.kind) {
    case "shape":
      return z.unknown().meta({ ...part.shape });
    case "either":
      return z.union(part.parts.map((one) => schemaOf(one, known)));
    case "list":
      return z.array(schemaOf(part.items, known)).min(1);
    case "named": {
      const name = part.pattern === undefined ? z.string() : z.string().regex(part.pattern);
      return z.record(name.meta({ called: part.name }), schemaOf(part.part, known));
    }
    case "map": {
      const schema = known.get(part) ?? mapOf(part, known);
      known.set(part, schema);
      return schema;
    }
  }
}

function mapOf({ keys, about }: DescribedMap, known: Map<DescribedMap, z.ZodType>): z.ZodType {
  const entries = Object.entries(keys).map(([key, described]) => [
    key,
    described instanceof z.ZodType ? described : keyOf(described, known),
  ]);
  const shape = Object.fromEntries(entries) as Record<string, z.ZodType>;
  return z.strictObject(shape).meta({ ...about });
}

function keyOf({ part, about, isRequired }: Key, known: Map<DescribedMap, z.ZodType>): z.ZodType {
  const schema = schemaOf(part, known);
  return (isRequired ? schema : schema.optional()).meta(about);
}

/** What a reference is to; undefined: it is none. */
export const referredTo = ({ $ref }: Node): string | undefined =>
  $ref?.slice("#/definitions/".length);

/** What stands directly in it. */
export function partsOf(node: Node): readonly Node[] {
  const { items, anyOf = [], allOf = [], additionalProperties, properties = {} } = node;
  return [items, additionalProperties, ...anyOf, ...allOf, ...Object.values(properties)].filter(
    (part) => part !== undefined && part !== false,
  );
}

/** Every definition that can be reached, the nearest first. */
export function namesFrom(first: string, nodes: Readonly<Record<string, Node>>): readonly string[] {
  const found = new Set([first]);
  for (const name of found) namesIn(nodes[name] ?? {}).forEach((other) => found.add(other));
  return [...found];
}

/** The definitions that stand in it, at any depth. */
export function namesIn(node: Node): readonly string[] {
  const own = referredTo(node);
  return own === undefined ? partsOf(node).flatMap(namesIn) : [own];
}
