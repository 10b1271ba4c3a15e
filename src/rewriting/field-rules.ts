/** The user's rules for fields: `set`, `add`, `remove`, `default`, in the order of the config. */

import type { Fields } from "../http/fields.ts";
import type { FieldRule } from "./options.ts";
import { writeTemplate, type TemplateSubject } from "./template.ts";

/** `subject` is the request, also where the fields are those of its response. */
export function applyFieldRules(
  rules: readonly FieldRule[],
  fields: Fields,
  subject: TemplateSubject,
): void {
  for (const { kind, name, value } of rules) {
    if (kind === "remove" || value === undefined) {
      fields.removeNamed(name);
      continue;
    }
    if (kind === "default" && fields.allNamed(name).length > 0) continue;
    const text = trimmed(writeTemplate(value, subject));
    if (kind === "add") fields.add(name, text);
    else fields.set(name, text);
  }
}

/** An empty placeholder may leave white space at an end, which is not part of a value. */
function trimmed(text: string): string {
  return text.replaceAll(/^[ \t]+|(?<![ \t])[ \t]+$/g, "");
}
