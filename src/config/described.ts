/** What the descriptions of the config are put together with; see `schema.ts`. */

import { z } from "zod";

import type { About, Shape } from "../base/shape.ts";

/** What is said of a map itself. */
export interface AboutMap {
  /** Its name among the types. */
  readonly id: "Config" | `${string}Config`;
  readonly title: string;
}

/** What may stand somewhere, in a union or a list. */
export function what(shape: Shape): z.ZodUnknown {
  return z.unknown().meta({ ...shape });
}

/** A key whose value is one of the shapes that readers have. */
export function value(shape: Shape, about: About): z.ZodOptional<z.ZodUnknown> {
  return z
    .unknown()
    .optional()
    .meta({ ...shape, ...about });
}

/** A key whose value has a schema. */
export function described<Schema extends z.ZodType>(
  schema: Schema,
  about: About,
): z.ZodOptional<Schema> {
  return schema.optional().meta(about);
}

/** The same for a key that has to be there. */
export function required<Schema extends z.ZodType>(schema: Schema, about: About): Schema {
  return schema.meta(about);
}

/** A map with these keys and no others. */
export function mapWith<Keys extends z.core.$ZodLooseShape>(
  keys: Keys,
  about: AboutMap,
): z.ZodObject<Keys, z.core.$strict> {
  return z.strictObject(keys).meta({ ...about });
}

/** In the order in which messages list them. */
export function keysOf<Keys extends object>(keys: Keys): readonly (keyof Keys & string)[] {
  return Object.keys(keys) as (keyof Keys & string)[];
}
