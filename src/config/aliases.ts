/**
 * What the aliases of a YAML text stand for, found in one walk. The library walks through the whole
 * text for each alias: 20,000 of them took half a minute.
 */

import { visit, type Alias, type Document, type Node } from "yaml";

export type AliasTargets = ReadonlyMap<unknown, Node>;

/** The last node before it with its anchor; of an alias that has none, nothing. */
export function aliasTargets(yaml: Document): AliasTargets {
  const anchored = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(yaml, {
    Alias(_, alias) {
      const target = anchored.get(alias.source);
      if (target !== undefined) targets.set(alias, target);
    },
    Value(_, node) {
      if (node.anchor !== undefined) anchored.set(node.anchor, node);
    },
  });
  return targets;
}
