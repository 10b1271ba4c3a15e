/** What a user writes about headers and path prefixes, read into the plan's form. */

import { z } from "zod";

import { describe, flag, reject, type Reader, type Reporter } from "../base/reader.ts";
import { id, idOfName } from "../http/field-names.ts";
import { isFieldValue, isToken } from "../http/fields.ts";
import type { FieldRule, FieldRuleKind, FieldRules, PathMapping, Template } from "./options.ts";
import { isMadeAnew } from "./settable-field.ts";
import { readTemplate } from "./template.ts";

const key = <T>(reader: Reader<T>) => z.unknown().transform(reader).optional();

/** Without a slash at its end; "" stands for the root. */
const pathPrefix: Reader<string> = (value, reporter) => {
  const isPath = typeof value === "string" && /^\/[!-~]*$/.test(value);
  if (!isPath) {
    return reject(reporter, { message: `want a prefix such as "/app", found ${describe(value)}` });
  }
  const odd = /[*?#\\"<>]|\/\/|\/\.{1,2}(?:\/|$)/.exec(value);
  if (odd === null) return value.replace(/\/$/, "");
  const help =
    odd[0] === "*" ? "a prefix stands for everything below it: leave out the *" : undefined;
  return reject(reporter, { message: `\`${odd[0]}\` cannot stand in a path prefix`, help });
};

const strip: Reader<PathMapping> = (value, reporter) => {
  const publicPrefix = pathPrefix(value, reporter);
  if (publicPrefix !== "") return { publicPrefix, internalPrefix: "" };
  return reject(reporter, { message: `want a prefix below "/", found "/"` });
};

const replaceSchema = z
  .strictObject({
    from: z.unknown().transform(pathPrefix),
    to: z.unknown().transform(pathPrefix),
  })
  .transform(({ from, to }): PathMapping => ({ publicPrefix: from, internalPrefix: to }));

/** A field that rules may be about: the others are made by the wire machines (RFC 9110 §7.6.1). */
export const fieldName: Reader<string> = (value, reporter) => {
  if (typeof value !== "string" || !isToken(value)) {
    return reject(reporter, {
      message: `want a field's name, found ${describe(value)}`,
      onKey: true,
    });
  }
  if (!isMadeAnew(value)) return value;
  const message = `${value} is made anew for each connection, and rules cannot change it`;
  const help =
    idOfName(value) === id.upgrade
      ? "upgrades pass by themselves: see `upgrade` of `proxy`"
      : undefined;
  return reject(reporter, { message, help, onKey: true });
};

const fieldValue: Reader<Template> = (value, reporter) => {
  if (typeof value !== "string") {
    const scalar = typeof value === "number" || typeof value === "boolean";
    const hint = scalar ? `put it in quotes: "${String(value)}"` : undefined;
    return reject(reporter, { message: `want text, found ${describe(value)}`, hint });
  }
  const read = readTemplate(value);
  if ("problem" in read) return reject(reporter, { message: read.problem });
  const fixed = read.template.map((part) => (typeof part === "string" ? part : "x")).join("");
  if (isFieldValue(fixed)) return read.template;
  return reject(reporter, {
    message: `want text that a field can hold, found ${describe(value)}`,
    help: "no spaces around it, and no control characters",
  });
};

/** Applied in this order, so that `remove` with `add` replaces and `default` sees the result. */
const kinds = ["remove", "set", "add", "default"] as const satisfies readonly FieldRuleKind[];

function namesToRemove(readName: Reader<string>): Reader<FieldRule[]> {
  return (value, reporter) => {
    const names = typeof value === "string" ? [value] : value;
    if (!Array.isArray(names)) {
      const message = `want a field's name or a list of them, found ${describe(value)}`;
      return reject(reporter, { message });
    }
    return names.map((name: unknown, at) => ({
      kind: "remove",
      name: readName(name, below(reporter, at)),
      value: undefined,
    }));
  };
}

function fieldsFor(kind: FieldRuleKind, readName: Reader<string>): Reader<FieldRule[]> {
  return (value, reporter) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      const message = `want a map such as { x-name: value }, found ${describe(value)}`;
      return reject(reporter, { message });
    }
    return Object.entries(value).flatMap(([name, wanted]: [string, unknown]) => {
      const place = below(reporter, name);
      const checked = readName(name, place);
      const values = kind === "add" && Array.isArray(wanted) ? (wanted as unknown[]) : [wanted];
      return values.map((one) => ({ kind, name: checked, value: fieldValue(one, place) }));
    });
  };
}

function below(reporter: Reporter, step: PropertyKey): Reporter {
  return {
    addIssue: (issue) => reporter.addIssue({ ...issue, path: [step, ...(issue.path ?? [])] }),
  };
}

const rulesWith = (readName: Reader<string>) =>
  z
    .strictObject({
      remove: key(namesToRemove(readName)),
      set: key(fieldsFor("set", readName)),
      add: key(fieldsFor("add", readName)),
      default: key(fieldsFor("default", readName)),
    })
    .transform((byKind): readonly FieldRule[] => kinds.flatMap((kind) => byKind[kind] ?? []));

export const headersSchema = z
  .strictObject({
    request: rulesWith(fieldName).optional(),
    response: rulesWith(fieldName).optional(),
  })
  .transform(({ request = [], response = [] }): FieldRules => ({ request, response }));

/** One mapping at most: `mapping` is undefined if neither key was written. */
export const mappingSchema = z
  .object({ strip: key(strip), replace: replaceSchema.optional() })
  .transform((keys, reporter): PathMapping | undefined => {
    if (keys.strip !== undefined && keys.replace !== undefined) {
      const message = "`strip` and `replace` do not go together";
      const beside = [{ step: "strip", message: "the other one" }];
      const wrong = { kind: "together", message, help: "keep one of them", beside } as const;
      return reject(reporter, { ...wrong, path: ["replace"], onKey: true });
    }
    return keys.strip ?? keys.replace;
  });

export const forwardedSchema = z
  .unknown()
  .transform(flag)
  .transform((rfc7239) => ({ rfc7239 }));

/**
 * The rules of two places as one list: the nearer place decides about each field that it names, and
 * about others the outer one's rules stay.
 */
export function nearerFieldRules(outer: FieldRules, nearer: FieldRules): FieldRules {
  return {
    request: nearerRules(outer.request, nearer.request),
    response: nearerRules(outer.response, nearer.response),
  };
}

function nearerRules(outer: readonly FieldRule[], nearer: readonly FieldRule[]): FieldRule[] {
  const named = new Set(nearer.map((rule) => rule.name.toLowerCase()));
  return [...outer.filter((rule) => !named.has(rule.name.toLowerCase())), ...nearer];
}
