/** Places in a config in words: `pool "api"`, `route 2 of site "example.com"`, `limits.head`. */

import type { Path } from "./spans.ts";

/** For machines: `sites["example.com"].routes[1].path`. */
export function writePath(path: Path): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(step)) text += `[${JSON.stringify(step)}]`;
    else text += text === "" ? step : `.${step}`;
  }
  return text;
}

/** For people. The whole config is "the config". */
export function namePlace(path: Path): string {
  const { name, tail } = nearestName(path);
  if (tail.length === 0) return name ?? "the config";
  const key = `\`${writePath(tail)}\``;
  return name === undefined ? key : `${key} of ${name}`;
}

interface Named {
  /** Of the nearest thing around that has one: a pool, a site, a route. */
  readonly name: string | undefined;
  readonly tail: Path;
}

function nearestName(path: Path): Named {
  const [room, which, inside, at] = path;
  if (room === "pools" && which !== undefined) {
    const pool = `pool ${JSON.stringify(which)}`;
    if (typeof inside !== "number") return { name: pool, tail: path.slice(2) };
    return { name: `upstream ${inside + 1} of ${pool}`, tail: path.slice(3) };
  }
  if (room !== "sites" || which === undefined) return { name: undefined, tail: path };
  const site = `site ${JSON.stringify(which)}`;
  if (inside !== "routes" || typeof at !== "number") return { name: site, tail: path.slice(2) };
  return { name: `route ${at + 1} of ${site}`, tail: path.slice(4) };
}
