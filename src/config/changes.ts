/** What is different in one config from another, both as they are in force. */

export interface Change {
  /** `sites["example.com"].routes[0].proxy` */
  readonly path: string;
  /** As JSON; undefined: it was not there. */
  readonly before: string | undefined;
  /** As JSON; undefined: it is not there any more. */
  readonly after: string | undefined;
}

/** In the order of the paths: what was there first, then what is new. */
export function changesOf(before: unknown, after: unknown): readonly Change[] {
  const changes: Change[] = [];
  compare(before, after, { steps: [], changes });
  return changes;
}

interface Comparing {
  readonly steps: readonly (string | number)[];
  readonly changes: Change[];
}

function compare(before: unknown, after: unknown, { steps, changes }: Comparing): void {
  if (isMap(before) && isMap(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      compare(before[key], after[key], { steps: [...steps, key], changes });
    }
  } else if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    for (const [at, item] of before.entries()) {
      compare(item, after[at], { steps: [...steps, at], changes });
    }
  } else if (JSON.stringify(before) !== JSON.stringify(after)) {
    changes.push({ path: pathOf(steps), before: textOf(before), after: textOf(after) });
  }
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const textOf = (value: unknown): string | undefined =>
  value === undefined ? undefined : JSON.stringify(value);

function pathOf(steps: readonly (string | number)[]): string {
  let path = "";
  for (const step of steps) {
    if (typeof step === "number") path += `[${step}]`;
    else if (/^[A-Za-z_$][\w$]*$/.test(step)) path += path === "" ? step : `.${step}`;
    else path += `[${JSON.stringify(step)}]`;
  }
  return path;
}
