/** What a user writes about headers and path prefixes, read into the plan's form. */

import { z } from "zod";

import { describe, flag, reject, shaped, type Reader, type Reporter } from "../base/reader.ts";
import { mapOf, oneOrMore, type About, type Shape } from "../base/shape.ts";
import { id, idOfName } from "../http/field-names.ts";
import { isFieldValue, isToken } from "../http/fields.ts";
import type { FieldRule, FieldRuleKind, FieldRules, PathMapping, Template } from "./options.ts";
import { isMadeAnew } from "./settable-field.ts";
import { readTemplate } from "./template.ts";

const key = <T>(reader: Reader<T>, about: About) =>
  z
    .unknown()
    .transform(reader)
    .optional()
    .meta({ ...reader.shape, ...about });

const prefixShape: Shape = { type: "string", pattern: "^/[!-~]*$", called: "a prefix" };

/** Without a slash at its end; "" stands for the root. */
const pathPrefix = shaped(prefixShape, (value, reporter): string => {
  const isPath = typeof value === "string" && /^\/[!-~]*$/.test(value);
  if (!isPath) {
    return reject(reporter, { message: `want a prefix such as "/app", found ${describe(value)}` });
  }
  const odd = /[*?#\\"<>]|\/\/|\/\.{1,2}(?:\/|$)/.exec(value);
  if (odd === null) return value.replace(/\/$/, "");
  const help =
    odd[0] === "*" ? "a prefix stands for everything below it: leave out the *" : undefined;
  return reject(reporter, { message: `\`${odd[0]}\` cannot stand in a path prefix`, help });
});

const strip = shaped(prefixShape, (value, reporter): PathMapping => {
  const publicPrefix = pathPrefix(value, reporter);
  if (publicPrefix !== "") return { publicPrefix, internalPrefix: "" };
  return reject(reporter, { message: `want a prefix below "/", found "/"` });
});

const prefix = (about: About) =>
  z
    .unknown()
    .transform(pathPrefix)
    .meta({ ...pathPrefix.shape, ...about });

const replaceSchema = z
  .strictObject({
    from: prefix({
      description: "The prefix of the paths that clients ask for.",
      examples: ["/docs"],
    }),
    to: prefix({
      description: "What it becomes on the way to the upstream.",
      examples: ["/v2/docs"],
    }),
  })
  .transform(({ from, to }): PathMapping => ({ publicPrefix: from, internalPrefix: to }))
  .meta({ id: "ReplaceConfig", title: "A prefix for another" });

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
  return shaped(oneOrMore({ type: "string", called: "a field's name" }), (value, reporter) => {
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
  });
}

function fieldsFor(kind: FieldRuleKind, readName: Reader<string>): Reader<FieldRule[]> {
  const one: Shape = { type: "string", called: "text with placeholders" };
  return shaped(
    mapOf("a field's name", kind === "add" ? oneOrMore(one) : one),
    (value, reporter) => {
      if (typeof value !== "object" || value === null || Array.isArray(value)) {
        const message = `want a map such as { x-name: value }, found ${describe(value)}`;
        return reject(reporter, { message });
      }
      return Object.entries(value).flatMap(([name, wanted]: [string, unknown]) => {
        const place = below(reporter, name);
        const checked = readName(name, place);
        const values = kind === "add" && Array.isArray(wanted) ? (wanted as unknown[]) : [wanted];
        return values.map((found) => ({ kind, name: checked, value: fieldValue(found, place) }));
      });
    },
  );
}

function below(reporter: Reporter, step: PropertyKey): Reporter {
  return {
    addIssue: (issue) => reporter.addIssue({ ...issue, path: [step, ...(issue.path ?? [])] }),
  };
}

const fieldRulesMap = z
  .strictObject({
    remove: key(namesToRemove(fieldName), {
      description: "Fields that are taken away. It is done first.",
      examples: [["server", "x-powered-by"]],
    }),
    set: key(fieldsFor("set", fieldName), {
      description: "Fields that get this one value, whatever was there.",
      examples: [{ "x-frame-options": "DENY" }],
    }),
    add: key(fieldsFor("add", fieldName), {
      description: "Fields that get one more value, or several.",
      examples: [{ link: ["</a.css>; rel=preload", "</b.js>; rel=preload"] }],
    }),
    default: key(fieldsFor("default", fieldName), {
      description: "Fields that get this value only where there is none.",
      examples: [{ "cache-control": "no-store" }],
    }),
  })
  .transform((byKind): readonly FieldRule[] => kinds.flatMap((kind) => byKind[kind] ?? []))
  .meta({ id: "FieldRulesConfig", title: "Rules for fields" });

export const headersSchema = z
  .strictObject({
    request: fieldRulesMap.optional().meta({
      description: "What goes to the upstream.",
      examples: [{ set: { "x-tenant": "$host" } }],
    } satisfies About),
    response: fieldRulesMap.optional().meta({
      description: "What goes to the client.",
      examples: [{ remove: "server" }],
    } satisfies About),
  })
  .transform(({ request = [], response = [] }): FieldRules => ({ request, response }))
  .meta({ id: "HeadersConfig", title: "Fields of requests and answers" });

/** Keys of a site or a route: each changes how a path begins on its way to the upstream. */
export const mappingShape = {
  strip: key(strip, {
    description:
      "A prefix of paths that is taken off before the request goes to the upstream. Places in " +
      "the answer (`Location`, cookies and others) are mapped back.",
    examples: ["/app"],
  }),
  replace: replaceSchema.optional().meta({
    description:
      "Puts another prefix in the place of one, and maps the answer back as `strip` does.",
    examples: [{ from: "/docs", to: "/v2/docs" }],
  } satisfies About),
};

/** One mapping at most: `mapping` is undefined if neither key was written. */
export const mappingSchema = z
  .object(mappingShape)
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
  .transform((rfc7239) => ({ rfc7239 }))
  .meta({ ...flag.shape });

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
