/**
 * `Via` (RFC 9110 §7.6.3): each hop adds its name, and a request in which a proxy finds its own has
 * gone round in a circle (threat 63). The name must be one instance's alone: two of them in a row
 * are no loop.
 */

import { id } from "../http/field-names.ts";
import type { Fields } from "../http/fields.ts";

/** A line of its own behind the others is the same list (RFC 9110 §5.3). */
export function addVia(fields: Fields, version: string, pseudonym: string): void {
  fields.addMade("Via", `${version} ${pseudonym}`);
}

/** Whether the name stands in the list as a whole word. */
export function loopsBack(fields: Fields, pseudonym: string): boolean {
  if (!fields.has(id.via)) return false;
  return fields.all(id.via).some((line) => line.includes(pseudonym) && names(line, pseudonym));
}

/**
 * Comments are searched too: one that a client leaves open would else swallow the names that are
 * added behind it, and nobody would see the circle.
 */
function names(line: string, pseudonym: string): boolean {
  return line.split(/[ \t,()]/).includes(pseudonym);
}
