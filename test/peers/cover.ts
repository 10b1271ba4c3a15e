/** The parts from which explanations say what they cover. */

import type { Difference } from "./differences.ts";
import type { PeerName } from "./peers.ts";

export type Covers = (difference: Difference) => boolean;

/** A difference that the upstream saw, in an aspect of this name, and all of `tests` are true. */
export function seen(aspect: string | RegExp, ...tests: readonly Covers[]): Covers {
  return all(onSide("upstream", aspect), ...tests);
}

/** As `seen`, for what the client got. */
export function got(aspect: string | RegExp, ...tests: readonly Covers[]): Covers {
  return all(onSide("client", aspect), ...tests);
}

/** A field by its name in small letters, or several. */
export function field(...names: readonly string[]): RegExp {
  const escaped = names.map((name) => name.replaceAll(/[^a-z0-9]/g, "\\$&"));
  return new RegExp(`^field (?:${escaped.join("|")})$`);
}

export function either(...tests: readonly Covers[]): Covers {
  return (difference) => tests.some((test) => test(difference));
}

export function all(...tests: readonly Covers[]): Covers {
  return (difference) => tests.every((test) => test(difference));
}

/** We pass it on as it came; the peer does not. */
export const isKept: Covers = ({ given, ours }) => ours === given;

/** It came, and we take it out. */
export const isDropped: Covers = ({ given, ours }) => given !== undefined && ours === undefined;

/** It did not come, and we have none either: the peer put it in. */
export const isTheirs: Covers = ({ given, ours }) => given === undefined && ours === undefined;

export function oursIs(value: string | undefined): Covers {
  return ({ ours }) => ours === value;
}

export function theirsIs(value: string | undefined): Covers {
  return ({ theirs }) => theirs === value;
}

export function givenIs(value: string | undefined): Covers {
  return ({ given }) => given === value;
}

export function peerIs(name: PeerName): Covers {
  return ({ peer }) => peer === name;
}

/** One of these requests, by name. */
export function asked(...names: readonly string[]): Covers {
  return ({ request }) => names.includes(request.name);
}

/** We answer these requests with `status` ourselves, and the peer does not. */
export function refusedHere(status: number, ...names: readonly string[]): Covers {
  const isRefused = either(
    seen("requests", oursIs("0")),
    got("status", oursIs(`${status}, its own`)),
  );
  return all(asked(...names), isRefused);
}

/** We pass these requests on and the peer answers them itself. */
export function refusedThere(...names: readonly string[]): Covers {
  const isRefused = either(
    seen("requests", oursIs("1"), theirsIs("0")),
    got(
      "status",
      ({ ours, theirs }) => /^\d+$/.test(ours ?? "") && theirs?.endsWith("own") === true,
    ),
  );
  return all(asked(...names), isRefused);
}

/** Our names stand in the order in which they came, but for these. */
export function keepsOrder(...except: readonly string[]): Covers {
  return ({ given = "", ours = "" }) => {
    const ourNames = ours.split(" ").filter((name) => !except.includes(name));
    const givenNames = given.split(" ").filter((name) => ourNames.includes(name));
    return ourNames.filter((name) => givenNames.includes(name)).join() === givenNames.join();
  };
}

function onSide(side: Difference["side"], aspect: string | RegExp): Covers {
  return (difference) => {
    if (difference.side !== side) return false;
    return typeof aspect === "string"
      ? difference.aspect === aspect
      : aspect.test(difference.aspect);
  };
}
