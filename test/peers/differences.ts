/** Two outcomes of one request, side by side: where a peer's differs from Foregate's, and how. */

import type { Outcome, Passage } from "./outcome.ts";
import type { PeerName, PeerOutcomes } from "./peers.ts";
import type { PeerRequest } from "./peer-request.ts";

export interface Difference {
  readonly request: PeerRequest;
  readonly peer: PeerName;
  /** Who saw it: the upstream (of the request) or the client (of the answer). */
  readonly side: "upstream" | "client";
  /** `target`, `body`, `field via`, `field order`, … */
  readonly aspect: string;
  /** What went in at the other end; undefined: it was not there. */
  readonly given: string | undefined;
  readonly ours: string | undefined;
  readonly theirs: string | undefined;
}

/** Where every peer's outcomes differ from ours, request by request. */
export function allDifferences(
  requests: readonly PeerRequest[],
  { foregate, peers }: PeerOutcomes,
): readonly Difference[] {
  return [...peers].flatMap(([peer, theirs]) =>
    requests.flatMap((request, at) => {
      const [mine, other] = [foregate[at], theirs[at]];
      if (mine === undefined || other === undefined) return [];
      return differencesOf(request, peer, mine, other);
    }),
  );
}

/** What all differences of one message share. */
type Place = Pick<Difference, "request" | "peer" | "side">;

function differencesOf(
  request: PeerRequest,
  peer: PeerName,
  ours: Outcome,
  theirs: Outcome,
): readonly Difference[] {
  return [
    ...requestDifferences({ request, peer, side: "upstream" }, ours, theirs),
    ...answerDifferences({ request, peer, side: "client" }, ours, theirs),
  ];
}

function requestDifferences(place: Place, ours: Outcome, theirs: Outcome): readonly Difference[] {
  const found = [...unequal(place, "requests", ours.requests.length, theirs.requests.length)];
  for (const [at, mine] of ours.requests.entries()) {
    const other = theirs.requests[at];
    if (other !== undefined) found.push(...passageDifferences(place, mine, other));
  }
  return found;
}

function answerDifferences(place: Place, ours: Outcome, theirs: Outcome): readonly Difference[] {
  const found = [...unequal(place, "answers", ours.answers.length, theirs.answers.length)];
  for (const [at, mine] of ours.answers.entries()) {
    const other = theirs.answers[at];
    if (other === undefined) continue;
    if (mine.passage !== undefined && other.passage !== undefined) {
      found.push(...passageDifferences(place, mine.passage, other.passage));
    } else found.push(...unequal(place, "status", statusText(mine), statusText(other)));
  }
  return found;
}

/** An answer that a proxy made itself is told from one that it passed on. */
function statusText({ status, passage }: Outcome["answers"][number]): string {
  return passage === undefined ? `${status}, its own` : String(status);
}

function unequal<Value extends string | number>(
  place: Place,
  aspect: string,
  ours: Value,
  theirs: Value,
): readonly Difference[] {
  if (ours === theirs) return [];
  return [{ ...place, aspect, given: undefined, ours: String(ours), theirs: String(theirs) }];
}

function passageDifferences(place: Place, mine: Passage, other: Passage): readonly Difference[] {
  const aspects = new Set([...mine.arrived.keys(), ...other.arrived.keys()]);
  const found: Difference[] = [];
  for (const aspect of aspects) {
    const ours = mine.arrived.get(aspect);
    const theirs = other.arrived.get(aspect);
    if (ours !== theirs) {
      found.push({ ...place, aspect, given: mine.given.get(aspect), ours, theirs });
    }
  }
  return [...found, ...nameDifferences(place, mine, other)];
}

/** The order and the case of the names that both have. */
function nameDifferences(place: Place, mine: Passage, other: Passage): readonly Difference[] {
  const found: Difference[] = [];
  const order = shared(mine.names, other.names);
  if (order.ours !== order.theirs) {
    const given = shared(mine.givenNames, mine.names).ours;
    found.push({ ...place, aspect: "field order", given, ours: order.ours, theirs: order.theirs });
  }
  const spelt = (names: readonly string[], list: string): string =>
    names
      .filter((name) => list.split(" ").includes(name.toLowerCase()))
      .sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
      .join(" ");
  const ours = spelt(mine.names, order.ours);
  const theirs = spelt(other.names, order.ours);
  if (ours !== theirs && ours.toLowerCase() === theirs.toLowerCase()) {
    const given = spelt(mine.givenNames, order.ours);
    found.push({ ...place, aspect: "field case", given, ours, theirs });
  }
  return found;
}

interface Shared {
  readonly ours: string;
  readonly theirs: string;
}

/** Both lists without what only one of them has, in small letters, each name once. */
function shared(ours: readonly string[], theirs: readonly string[]): Shared {
  const small = (names: readonly string[]): string[] => [
    ...new Set(names.map((name) => name.toLowerCase())),
  ];
  const [mine, others] = [small(ours), small(theirs)];
  return {
    ours: mine.filter((name) => others.includes(name)).join(" "),
    theirs: others.filter((name) => mine.includes(name)).join(" "),
  };
}
