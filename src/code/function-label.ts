/** Functions of a config, by where they are written: what is shown, and sent, in their place. */

export interface FunctionPlace {
  /** `foregate.config.ts:14:9` */
  readonly label: string;
  /** The way to it from the config's value. */
  readonly steps: readonly (string | number)[];
}

const places = new WeakMap<object, FunctionPlace>();

/** The first one stays: a function may be used in several places. */
export function placeFunction(given: object, place: FunctionPlace): void {
  if (!places.has(given)) places.set(given, place);
}

/** undefined: no config file wrote it. */
export function functionPlace(given: object): FunctionPlace | undefined {
  return places.get(given);
}

/** `foregate.config.ts:14:9`; of what no config file wrote, its name. */
export function functionLabel(given: object): string {
  const place = places.get(given);
  if (place !== undefined) return place.label;
  return "name" in given && given.name !== "" ? String(given.name) : "hook";
}
