/** Functions of a config, by where they are written: what is shown in their place. */

const labels = new WeakMap<object, string>();

/** The first one stays: a function may be used in several places. */
export function labelFunction(given: object, label: string): void {
  if (!labels.has(given)) labels.set(given, label);
}

/** `foregate.config.ts:14:9`; of what no config file wrote, its name. */
export function functionLabel(given: object): string {
  const label = labels.get(given);
  if (label !== undefined) return label;
  return "name" in given && given.name !== "" ? String(given.name) : "hook";
}
