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
    definitions: Object.fromEntries(others.map((name) => [name, plain(nodes[name] ?? {})])),
  });
}

/** A function, or another thing that no file can hold. */
const isForPrograms = ({ typescript, type, enum: words, anyOf, allOf, $ref }: Node): boolean =>
  typescript !== undefined && (type ?? words ?? anyOf ?? allOf ?? $ref) === undefined;

/** Without our own words: what editors have one for is said with theirs. */
export function plain(node: Node): unknown {
  const { called, typescript: _, since: __, ...rest } = node;
  const words = Object.entries(rest).map(([word, value]) => [word, plainWord(word, value)]);
  return {
    ...Object.fromEntries(words),
    ...(called === undefined || node.pattern === undefined
      ? {}
      : { patternErrorMessage: `want ${called}` }),
  };
}

function plainWord(word: string, value: unknown): unknown {
  switch (word) {
    case "anyOf":
    case "allOf":
      return (value as readonly Node[]).filter((part) => !isForPrograms(part)).map(plain);
    case "items":
    case "propertyNames":
      return plain(value as Node);
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

/** What is shown beside a key. */
function markdownOf(key: string, node: Node): string {
  const { description = "", default: usual, examples = [] } = node;
  const asUsual = usual === undefined ? "" : `\n\nDefault: \`${writeYaml(usual)}\``;
  const [example] = examples;
  return `${description}${asUsual}\n\n\`\`\`yaml\n${writeYaml({ [key]: example })}\n\`\`\``;
}
