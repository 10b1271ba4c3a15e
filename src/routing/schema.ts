/** What a user writes about hosts and about a route's conditions, read into the plan's form. */

import { z } from "zod";

import { describe, reject, shaped, text, type Reader, type Reporter } from "../base/reader.ts";
import { mapOf, oneOrMore, type About, type Shape } from "../base/shape.ts";
import { isToken } from "../http/fields.ts";
import type { RouteMatch, ValueCondition } from "./options.ts";
import { readPathPattern } from "./path-pattern.ts";

const key = <T>(reader: Reader<T>, about: About) =>
  z
    .unknown()
    .transform(reader)
    .optional()
    .meta({ ...reader.shape, ...about });

function textOf(called: string): Shape {
  return { type: "string", minLength: 1, called };
}

const hostLengthMax = 253;

/** One label of a name; underscores are seen in the wild. */
const labelPattern = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** In lower case, without a last dot: `example.com`, `*.example.com`, `*`, an address. */
export const hostPattern = shaped(textOf("a host"), (value, reporter): string => {
  if (typeof value !== "string" || value === "") return rejectHost(value, reporter, undefined);
  const host = value.toLowerCase().replace(/\.$/, "");
  if (host === "*" || isIpLiteral(host) || isName(host.replace(/^\*\./, ""))) return host;
  return rejectHost(value, reporter, hostHelp(value));
});

function rejectHost(value: unknown, reporter: Reporter, help: string | undefined): never {
  const want = "want a host such as example.com, *.example.com or *";
  return reject(reporter, { message: `${want}; found ${describe(value)}`, help });
}

function hostHelp(host: string): string | undefined {
  if (host.includes("://")) return "leave out the scheme and everything behind the name";
  if (/[\s,]/.test(host)) return "one host here; repeat the entry for others";
  if (host.includes("/")) return "a path belongs into `path` of a route";
  if (/^[0-9a-f.]*:[0-9a-f.]*:[0-9a-f:.]*$/i.test(host)) return `write "[${host}]"`;
  if (/:\d+$/.test(host)) return "a port belongs into `listen`";
  if (host.includes("*")) return "* stands for whole names, and only in front";
  return undefined;
}

function isName(host: string): boolean {
  return host.length <= hostLengthMax && host.split(".").every((label) => labelPattern.test(label));
}

const isIpLiteral = (host: string): boolean => /^\[[0-9a-f:.]{2,45}\]$/.test(host);

const pathShape: Shape = { type: "string", pattern: "^/[^?#]*$", called: "a path" };

const pathPattern = shaped(pathShape, (value, reporter): string => {
  const problem = typeof value === "string" ? pathProblem(value) : `want a path such as "/api/*"`;
  if (problem === undefined) return value as string;
  return reject(reporter, { message: `${problem}, found ${describe(value)}` });
});

function pathProblem(path: string): string | undefined {
  const read = readPathPattern(path);
  return "problem" in read ? read.problem : undefined;
}

const methodShape: Shape = { type: "string", pattern: "^[^a-z\\s,]+$", called: "a method" };

/** One or several; case matters (RFC 9110 §9.1), so `get` is not what anybody means. */
const methods = shaped(oneOrMore(methodShape), (value, reporter): readonly string[] => {
  const list: unknown[] = Array.isArray(value) ? (value as unknown[]) : [value];
  for (const method of list) {
    if (typeof method === "string" && isToken(method) && method === method.toUpperCase()) continue;
    const isSmall = typeof method === "string" && isToken(method);
    const hint = isSmall ? `write ${method.toUpperCase()}: case matters in methods` : undefined;
    const message = `want a method such as GET, or a list; found ${describe(method)}`;
    return reject(reporter, { message, hint });
  }
  if (list.length > 0) return [...new Set(list as string[])];
  return reject(reporter, { kind: "missing", message: "want at least one method, found none" });
});

const conditionShape: Shape = {
  anyOf: [
    textOf("a name"),
    { type: "array", items: textOf("a name") },
    mapOf("a name", { anyOf: [textOf("text"), { enum: [true] }] }),
  ],
};

/** `name` · `[name, name]` · `{ name: value, name: true }`. */
function conditions(readName: Reader<string>, readValue: Reader<string>): Reader<ValueCondition[]> {
  return shaped(conditionShape, (value, reporter) => {
    if (typeof value === "string") return [{ name: readName(value, reporter), value: undefined }];
    if (Array.isArray(value)) {
      return value.map((name) => ({ name: readName(name, reporter), value: undefined }));
    }
    if (typeof value !== "object" || value === null) {
      const message = `want a map such as { name: value }, found ${describe(value)}`;
      return reject(reporter, { message });
    }
    return Object.entries(value).map(([name, wanted]) => {
      const below: Reporter = {
        addIssue: (issue) => reporter.addIssue({ ...issue, path: [name, ...(issue.path ?? [])] }),
      };
      const isThere = wanted === true || wanted === "*";
      return {
        name: readName(name, below),
        value: isThere ? undefined : readValue(wanted, below),
      };
    });
  });
}

const fieldName: Reader<string> = (value, reporter) => {
  if (typeof value === "string" && isToken(value)) return value.toLowerCase();
  return reject(reporter, { message: `want a field's name, found ${describe(value)}` });
};

/** Compared as it is sent, so it is written as it is sent. */
const queryText: Reader<string> = (value, reporter) => {
  const found = text(value, reporter);
  if (found === undefined || /^[!-~]*$/.test(found.replace(/[&#]/g, " "))) return found;
  const help = `write "${encodeURIComponent(found)}"`;
  const message = `query parameters are compared as they are sent, found ${describe(value)}`;
  return reject(reporter, { message, help });
};

/** Keys of a route: its conditions, all of which must hold. */
export const matchShape = {
  path: key(pathPattern, {
    description:
      "`/x` exactly; `/x/*` everything below `/x` and `/x` itself; `/x/:id` one segment. " +
      "Compared byte for byte as it is sent.",
    examples: ["/api/*", "/users/:id"],
  }),
  host: key(hostPattern, {
    description: "A host of the site, where the site is for several.",
    examples: ["shop.example.com"],
  }),
  method: key(methods, {
    description: "A method or a list of them, in capitals.",
    examples: [["GET", "HEAD"], "POST"],
  }),
  header: key(conditions(fieldName, text), {
    description:
      "Fields that have to be there: a name, a list of names, or a map from names to values; " +
      "`true` is any value.",
    examples: [{ "x-beta": true }, "x-beta"],
  }),
  query: key(conditions(queryText, queryText), {
    description:
      "Parameters of the query that have to be there, as in `header`; compared as they are sent.",
    examples: [{ lang: "de" }, "debug"],
  }),
};

export const matchSchema = z
  .object(matchShape)
  .transform(({ path, host, method, header, query }): RouteMatch => ({
    path,
    host,
    methods: method ?? [],
    fields: header ?? [],
    query: query ?? [],
  }));
