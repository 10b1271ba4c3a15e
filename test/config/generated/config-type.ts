/**
 * `src/config/config-type.ts`, the config's type, and `site-type.ts`, what stands in sites and at
 * other places, too: every key with what is said about it.
 */

import { isDeepStrictEqual } from "node:util";

import {
  describeConfig,
  namesFrom,
  namesIn,
  referredTo,
  type Definition,
  type Node,
} from "./description.ts";
import { writeKey, writeTypescript } from "./examples.ts";

/** What the other file needs, too, stands in this one. */
const siteRoots = ["DefaultsConfig", "SiteConfig"];

const madeOf = `Made of the config's description
 * by \`node test/config/generated.ts --write\`; a test keeps it true.`;

/** Texts that are not formatted yet, by their paths. */
export function configTypes(): readonly (readonly [path: string, text: string])[] {
  const { nodes, definitions } = describeConfig();
  const siteNames = new Set(siteRoots.flatMap((name) => namesFrom(name, nodes)));
  const isSite = ({ name }: Definition): boolean => siteNames.has(name);
  const sites = definitions.filter(isSite);
  const others = definitions.filter((definition) => !isSite(definition));
  const imports = new Set(
    others
      .flatMap(({ keys }) => Object.values(keys).flatMap(namesIn))
      .filter((name) => siteNames.has(name)),
  );
  const importLine = `import type { ${[...imports].sort().join(", ")} } from "./site-type.ts";`;
  const configHead = `/**\n * The type of a config, for programs that write one. ${madeOf}\n */`;
  const siteHead = `/**\n * The types of sites, routes and what stands in them. ${madeOf}\n */`;
  const write = (definition: Definition): string => writeInterface(definition, definitions);
  return [
    ["src/config/config-type.ts", [configHead, importLine, ...others.map(write)].join("\n\n")],
    ["src/config/site-type.ts", withImports(siteHead, sites.map(write).join("\n\n"))],
  ];
}

/** What the description says as `import("./x.ts").Name` becomes a line at the top, and the name. */
function withImports(head: string, body: string): string {
  const namesByPath = new Map<string, Set<string>>();
  const text = body.replaceAll(/import\("([^"]+)"\)\.(\w+)/g, (_, path: string, name: string) => {
    const names = namesByPath.get(path) ?? new Set();
    namesByPath.set(path, names.add(name));
    return name;
  });
  const lines = [...namesByPath].map(
    ([path, names]) => `import type { ${[...names].sort().join(", ")} } from "${path}";`,
  );
  return [head, ...lines, text].join("\n\n");
}

/** One that has all that another has says so. */
function writeInterface(definition: Definition, all: readonly Definition[]): string {
  const { name, title, keys, required } = definition;
  const base = all.find((other) => isMore(definition, other));
  const own = Object.entries(keys).filter(([key]) => base?.keys[key] === undefined);
  const lines = own.map(([key, node]) => {
    const [mark, end] = required.has(key) ? ["", ""] : ["?", " | undefined"];
    return `${commentOf(node)}\nreadonly ${writeKey(key)}${mark}: ${typeOf(node)}${end};`;
  });
  const inherited = base === undefined ? "" : `extends ${base.name} `;
  return `/** ${title}. */\nexport interface ${name} ${inherited}{\n${lines.join("\n")}\n}`;
}

function isMore({ name, keys }: Definition, other: Definition): boolean {
  const entries = Object.entries(other.keys);
  return (
    other.name !== name &&
    other.required.size === 0 &&
    entries.length > 1 &&
    entries.length < Object.keys(keys).length &&
    entries.every(([key, node]) => isDeepStrictEqual(keys[key], node))
  );
}

const commentWidth = 90;

function commentOf({ description = "", default: usual }: Node): string {
  const end = usual === undefined ? "" : ` \`${writeTypescript(usual)}\` by default.`;
  const text = `${description}${end}`.replaceAll("*/", "*\\/");
  if (text.length <= commentWidth) return `/** ${text} */`;
  return `/**\n${wrap(text)
    .map((line) => ` * ${line}`)
    .join("\n")}\n */`;
}

function wrap(text: string): readonly string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1) ?? "";
    if (last !== "" && last.length + 1 + word.length > commentWidth) lines.push(word);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines;
}

/** In TypeScript. */
export function typeOf(node: Node): string {
  const types = [...new Set(alternativesOf(node))];
  // A word says nothing beside any text.
  const isAnyText = types.includes("string");
  return types.filter((type) => !isAnyText || !type.startsWith('"')).join(" | ");
}

function alternativesOf(node: Node): readonly string[] {
  const { typescript, enum: words, anyOf, allOf, items, additionalProperties } = node;
  const name = referredTo(node);
  if (typescript !== undefined) return [`(${typescript})`];
  if (name !== undefined) return [name];
  if (words !== undefined) return words.map((word) => JSON.stringify(word));
  const several = anyOf ?? allOf;
  if (several !== undefined) return several.flatMap(alternativesOf);
  switch (node.type) {
    case "array":
      return [`readonly (${typeOf(items ?? {})})[]`];
    case "object":
      return [`Readonly<Record<string, ${typeOf(additionalProperties || {})}>>`];
    case "integer":
    case "number":
      return ["number"];
    case "string":
    case "boolean":
    case "null":
      return [node.type];
    case undefined:
      // A key that nobody has described yet: a test says which.
      return ["unknown"];
  }
}
