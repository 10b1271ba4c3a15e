/** `schema.json`: what editors know of a config. */

import { describeConfig, draft, type Node } from "./description.ts";
import { writeYaml } from "./examples.ts";

export function jsonSchema(): string {
  const { nodes, definitions } = describeConfig();
  const [root, ...others] = definitions.map(({ name }) => name);
  return JSON.stringify({
    $schema: draft,
    $id: "foregate/schema.json",
    ...(plain(nodes[root ?? ""] ?? {}) as object),
    title: "A config of Foregate",
    definitions: {
      Placeholder: placeholder,
      ...Object.fromEntries(others.map((name) => [name, plain(nodes[name] ?? {})])),
    },
  });
}

/** What `${PORT}` stands for is known only where the config is read. */
const placeholder = { type: "string", pattern: "\\$\\{", title: "A placeholder" };
const orPlaceholder = { $ref: "#/definitions/Placeholder" };

/** Whether a placeholder would be refused, were it not said. */
const isFixed = ({ type, enum: words }: Node): boolean =>
  words !== undefined || type === "integer" || type === "number" || type === "boolean";

/** A function, or another thing that no file can hold. */
const isForPrograms = ({ typescript, type, enum: words, anyOf, allOf, $ref }: Node): boolean =>
  typescript !== undefined && (type ?? words ?? anyOf ?? allOf ?? $ref) === undefined;

/** Without our own words: what editors have one for is said with theirs. */
export function plain(node: Node): unknown {
  if (!isFixed(node)) return plainWords(node);
  const { description, default: usual, examples, ...fixed } = node;
  const said = { description, default: usual, examples };
  return { ...said, anyOf: [plainWords(fixed), orPlaceholder] };
}

function plainWords(node: Node): object {
  const { called, typescript: _, since: __, pattern, ...rest } = node;
  const words = Object.entries(rest).map(([word, value]) => [word, plainWord(word, value)]);
  return {
    ...Object.fromEntries(words),
    ...(pattern === undefined ? {} : { pattern: `(?:${pattern})|\\$\\{` }),
    ...(called === undefined || pattern === undefined
      ? {}
      : { patternErrorMessage: `want ${called}` }),
  };
}

function plainWord(word: string, value: unknown): unknown {
  switch (word) {
    case "anyOf":
      return alternatives(value as readonly Node[]);
    case "allOf":
      return (value as readonly Node[]).map(plain);
    case "items":
      return plain(value as Node);
    case "propertyNames":
      return name(value as Node);
    case "additionalProperties":
      return value === false ? false : plain(value as Node);
    case "properties":
      return Object.fromEntries(
        Object.entries(value as Readonly<Record<string, Node>>)
          .filter(([, node]) => !isForPrograms(node))
          .map(([key, node]) => [
            key,
            { ...(plain(node) as object), markdownDescription: markdownOf(key, node) },
          ]),
      );
    default:
      return value;
  }
}

/** A placeholder is one of them, and said once. */
function alternatives(parts: readonly Node[]): readonly unknown[] {
  const written = parts.filter((part) => !isForPrograms(part));
  const known = written.map((part) => (isFixed(part) ? plainWords(part) : plain(part)));
  return written.some(isFixed) ? [...known, orPlaceholder] : known;
}

/** Placeholders stand in values, never in names. */
const name = ({ pattern, called }: Node): unknown => ({
  ...(pattern === undefined ? {} : { pattern }),
  ...(called === undefined || pattern === undefined
    ? {}
    : { patternErrorMessage: `want ${called}` }),
});

/** What is shown beside a key. */
function markdownOf(key: string, node: Node): string {
  const { description = "", default: usual, examples = [] } = node;
  const asUsual = usual === undefined ? "" : `\n\nDefault: \`${writeYaml(usual)}\``;
  const [example] = examples;
  return `${description}${asUsual}\n\n\`\`\`yaml\n${writeYaml({ [key]: example })}\n\`\`\``;
}
