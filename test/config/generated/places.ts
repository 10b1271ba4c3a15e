/** Where in a config a map stands, and a whole config with something in such a place. */

import {
  namesIn,
  referredTo,
  type Definition,
  type Description,
  type Node,
} from "./description.ts";

/** A key; any key of a map with names of the user's own; any item of a list. */
export type Step = string;
const anyName = "*";
const anyItem = "[]";

export interface MapPlace {
  /** From the top. */
  readonly path: readonly Step[];
  /** The map around it, and its key there. */
  readonly parent: string;
  readonly key: string;
}

/** By a map's name: all its places; the first one is a nearest. The top has none. */
export function findPlaces({ definitions }: Description): ReadonlyMap<string, readonly MapPlace[]> {
  const places = new Map<string, MapPlace[]>();
  for (const { name: parent, keys } of definitions) {
    const around = places.get(parent)?.[0]?.path ?? [];
    const ways = Object.entries(keys).flatMap(([key, node]) =>
      stepsTo(node).map(([name, steps]) => ({ name, path: [...around, key, ...steps], key })),
    );
    for (const { name, path, key } of ways) {
      const found = places.get(name) ?? [];
      if (found.some((other) => other.parent === parent && other.key === key)) continue;
      places.set(name, [...found, { path, parent, key }]);
    }
  }
  return places;
}

function stepsTo(node: Node): readonly (readonly [name: string, steps: readonly Step[]])[] {
  const name = referredTo(node);
  if (name !== undefined) return [[name, []]];
  const below = (part: Node | false | undefined, step: Step): ReturnType<typeof stepsTo> =>
    part === undefined || part === false || namesIn(part).length === 0
      ? []
      : stepsTo(part).map(([found, steps]) => [found, [step, ...steps]]);
  return [
    ...[...(node.anyOf ?? []), ...(node.allOf ?? [])].flatMap(stepsTo),
    ...below(node.additionalProperties, anyName),
    ...below(node.items, anyItem),
  ];
}

/** `sites.*.routes[].path`. */
export const writePlace = (path: readonly Step[]): string =>
  path.join(".").replaceAll(`.${anyItem}`, anyItem);

/** What has to stand beside a key, at the top or in the same map, besides what is required. */
const companions: Readonly<Record<string, unknown>> = {
  SiteConfig: { proxy: "localhost:3000" },
  RouteConfig: { proxy: "localhost:3000" },
};
const actions = ["proxy", "redirect", "respond"];
const top = { trust: ["10.0.0.0/8"], sites: { "*": "localhost:3000" } };

/** A name that may stand in the map under this key. */
const names: Readonly<Record<string, string>> = { sites: "*", pools: "api", listen: ":8080" };

/** A whole config with these keys in such a map. */
export function configWith(
  keys: Readonly<Record<string, unknown>>,
  { name, required, keys: known }: Definition,
  description: Description,
): Readonly<Record<string, unknown>> {
  const needed = [...required].map((key) => [key, known[key]?.examples?.[0]] as const);
  const isActing = Object.keys(keys).some((key) => actions.includes(key));
  const beside = isActing ? {} : (companions[name] as object | undefined);
  const map = { ...Object.fromEntries(needed), ...beside, ...keys };
  const place = findPlaces(description).get(name)?.[0];
  if (place === undefined) return { ...top, ...map };
  const isBelow = (definition: Definition): boolean => definition.name === place.parent;
  const parent = description.definitions.find(isBelow);
  if (parent === undefined) throw new Error(`Cannot place ${name}: ${place.parent} is not there`);
  const steps = place.path.slice(place.path.lastIndexOf(place.key) + 1);
  const value = steps.reduceRight<unknown>(
    (below, step) => (step === anyItem ? [below] : { [names[place.key] ?? "name"]: below }),
    map,
  );
  return configWith({ [place.key]: value }, parent, description);
}
