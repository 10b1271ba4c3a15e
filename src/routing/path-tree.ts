/**
 * Routes by path, as a tree of segments: `/x/:id/*` hangs at "x" ▸ parameter ▸ rest.
 *
 * A look-up goes down one segment of the path at a time and turns back where nothing fits, so it
 * costs what the path is deep, not what the site has routes; it ends where the tree ends, so a path
 * of 8,000 slashes costs no more than another. Children are in a Map: `__proto__` is a segment like
 * any other (threat 35). Nothing is decoded or normalised (threat 65).
 */

import { assert } from "../base/assert.ts";
import type { RequestHead } from "../http/head.ts";
import type { RouteMatch } from "./options.ts";
import { readPathPattern } from "./path-pattern.ts";
import { addCandidate, firstFitting, type Candidate, type Candidates } from "./specificity.ts";

interface PathNode<Route> {
  readonly literals: Map<string, PathNode<Route>>;
  parameter: PathNode<Route> | undefined;
  /** Routes whose path ends here. */
  readonly whole: Candidates<Route>;
  /** Routes whose path goes on with `/*`. */
  readonly rest: Candidates<Route>;
}

const slash = 0x2f;

export class PathTree<Route> {
  readonly #root: PathNode<Route> = newNode();
  /** Routes without a path: the only ones for `*` and for an authority as the target. */
  readonly #anyPath: Candidates<Route> = [];

  /** Called in the order in which routes were written. */
  add(match: RouteMatch, route: Route): void {
    addCandidate(this.#placeOf(match.path), match, route);
  }

  find(head: RequestHead): Candidate<Route> | undefined {
    const { target } = head;
    if (target.charCodeAt(0) === slash) {
      const query = target.indexOf("?");
      const end = query < 0 ? target.length : query;
      const found = descend(this.#root, head, 0, end);
      if (found !== undefined) return found;
    }
    return firstFitting(this.#anyPath, head);
  }

  #placeOf(path: string | undefined): Candidates<Route> {
    if (path === undefined) return this.#anyPath;
    const read = readPathPattern(path);
    assert("pattern" in read, `a route has a path that was checked, found ${path}`);
    let node = this.#root;
    for (const segment of read.pattern) {
      if (segment.type === "rest") return node.rest;
      node = segment.type === "literal" ? literalOf(node, segment.text) : parameterOf(node);
    }
    return node.whole;
  }
}

/** `from` is at the slash before the next segment, or at `end`, where the path ends. */
function descend<Route>(
  node: PathNode<Route>,
  head: RequestHead,
  from: number,
  end: number,
): Candidate<Route> | undefined {
  if (from === end) return firstFitting(node.whole, head) ?? firstFitting(node.rest, head);

  const { literals, parameter, rest } = node;
  if (literals.size === 0 && parameter === undefined) return firstFitting(rest, head);
  const next = head.target.indexOf("/", from + 1);
  const stop = next < 0 || next > end ? end : next;
  if (literals.size > 0) {
    const literal = literals.get(head.target.substring(from + 1, stop));
    const found = literal && descend(literal, head, stop, end);
    if (found !== undefined) return found;
  }
  if (parameter !== undefined && stop > from + 1) {
    const found = descend(parameter, head, stop, end);
    if (found !== undefined) return found;
  }
  return firstFitting(rest, head);
}

function newNode<Route>(): PathNode<Route> {
  return { literals: new Map(), parameter: undefined, whole: [], rest: [] };
}

function literalOf<Route>(node: PathNode<Route>, text: string): PathNode<Route> {
  const child = node.literals.get(text) ?? newNode();
  node.literals.set(text, child);
  return child;
}

function parameterOf<Route>(node: PathNode<Route>): PathNode<Route> {
  node.parameter ??= newNode();
  return node.parameter;
}
