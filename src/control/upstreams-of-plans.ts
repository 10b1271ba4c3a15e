/**
 * The upstreams of all plans that somebody is in: one that has the same address, in a pool that is
 * called the same and keeps its connections in the same way, is the same one in each of them, with
 * its connections.
 */

import type { Work } from "../base/in-turns.ts";
import type { PlanRows } from "../exchange/rows-of-plans.ts";
import type { PoolOptions } from "../upstream/options.ts";
import { Member, Pool } from "../upstream/pool.ts";
import type { Services } from "../upstream/services.ts";

/** So many pools take less than a millisecond. */
const poolsPerPiece = 50;

export class UpstreamsOfPlans {
  readonly #services: Services;
  readonly #byKey = new Map<string, Member>();

  constructor(services: Services) {
    this.#services = services;
  }

  get members(): Iterable<Member> {
    return this.#byKey.values();
  }

  /** Each is told its row of the counts, if there are any. */
  *poolsOf(options: readonly PoolOptions[], rows: PlanRows | undefined): Work<readonly Pool[]> {
    const pools: Pool[] = [];
    for (const [at, own] of options.entries()) {
      const pool = this.#poolFor(own);
      for (const [place, member] of pool.members.entries()) {
        if (rows !== undefined) member.row = rows.upstreams[at]?.[place] ?? 0;
      }
      pools.push(pool);
      if (pools.length % poolsPerPiece === 0) yield;
    }
    return pools;
  }

  /** A plan with `gone` is over; those with the others are not. */
  leave(gone: readonly Pool[], others: readonly (readonly Pool[])[]): void {
    const used = new Set(others.flatMap((pools) => pools.flatMap(({ members }) => members)));
    const free = new Set(gone.flatMap(({ members }) => members).filter((one) => !used.has(one)));
    if (free.size === 0) return;
    for (const member of free) member.stop();
    for (const [key, member] of this.#byKey) if (free.has(member)) this.#byKey.delete(key);
  }

  #poolFor(options: PoolOptions): Pool {
    const { upstreams: _, ...own } = options;
    // Options are plain data, in the order in which they are read.
    const ownKey = JSON.stringify(own);
    return new Pool(options, this.#services, (address) => {
      const key = `${ownKey}${JSON.stringify(address)}`;
      const known = this.#byKey.get(key);
      if (known !== undefined) return known;
      const member = new Member(address, options, this.#services);
      this.#byKey.set(key, member);
      return member;
    });
  }
}
