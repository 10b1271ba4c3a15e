/** Every wait of a test ends: with what it waited for, or with a sentence on what was missing. */

/** Longest wait for something that should be there at once, in ms; CI machines are slow. */
export const patienceMs = 15_000;

/** The same promise, but rejected after `ms` with "<what>: nothing for <ms> ms" and `seen()`. */
export async function within<Value>(
  promise: Promise<Value>,
  what: string,
  seen: () => string = () => "",
  ms: number = patienceMs,
): Promise<Value> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${what}: not in ${ms} ms. ${seen()}`)), ms);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Asks again and again, every few ms, until it is true. */
export async function until(
  isTrue: () => boolean,
  what: string,
  seen: () => string = () => "",
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!isTrue()) {
    if (performance.now() > deadline) {
      throw new Error(`${what}: not in ${patienceMs} ms. ${seen()}`);
    }
    await pause(2);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Lets what waits in the event loop happen: a few turns of it. */
export async function turns(count = 3): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Cleans up whatever happens; of two errors the first is the one that counts. */
export async function thenAlways(
  act: () => Promise<void>,
  cleanUp: () => Promise<void>,
): Promise<void> {
  try {
    await act();
  } catch (error) {
    await cleanUp().catch(() => undefined);
    throw error;
  }
  await cleanUp();
}
