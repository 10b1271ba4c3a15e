/** One site: its routes by the host within it, then by path. */

import type { RequestHead } from "../http/head.ts";
import { HostTable } from "./host-table.ts";
import type { RouteMatch } from "./options.ts";
import { PathTree } from "./path-tree.ts";
import type { Candidate } from "./specificity.ts";

export class Site<Route> {
  /** Routes that ask for a host; most sites have none. */
  #byHost: HostTable<PathTree<Route>> | undefined;
  readonly #anyHost = new PathTree<Route>();

  /** Called in the order in which routes were written. */
  add(match: RouteMatch, route: Route): void {
    this.#treeOf(match.host).add(match, route);
  }

  find(head: RequestHead): Candidate<Route> | undefined {
    if (this.#byHost !== undefined) {
      for (const tree of this.#byHost.all(head.host)) {
        const found = tree.find(head);
        if (found !== undefined) return found;
      }
    }
    return this.#anyHost.find(head);
  }

  #treeOf(host: string | undefined): PathTree<Route> {
    if (host === undefined || host === "*") return this.#anyHost;
    this.#byHost ??= new HostTable();
    return this.#byHost.getOrAdd(host, () => new PathTree());
  }
}
