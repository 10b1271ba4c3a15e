/**
 * The modules of a config as they were when it was evaluated. Whoever imports them later gets
 * these: on the disk there may be others by then, which nobody has put in force.
 */

/** Plain data: it goes from thread to thread. */
export interface ModuleText {
  readonly url: string;
  /** As the runtime's hooks call it. */
  readonly format: string;
  readonly text: string;
}

/** What a load hook of the runtime comes to. */
interface Loaded {
  readonly format?: string | null | undefined;
  readonly source?: unknown;
}

const read: ModuleText[] = [];

/** That were imported on this thread; not those of packages. */
export const modulesRead = (): readonly ModuleText[] => read;

/** What the runtime loads in other ways stays on the disk. */
export function noteModule(url: string, { format, source }: Loaded): void {
  if (format !== "json" && format?.startsWith("module") !== true) return;
  if (typeof source === "string") read.push({ url, format, text: source });
  else if (source instanceof Uint8Array) {
    read.push({ url, format, text: new TextDecoder().decode(source) });
  }
}

const kept = new Map<string, ModuleText>();

/** From now on it is what this thread gets for this URL. */
export function keepModule(url: string, module: ModuleText): void {
  kept.set(url, module);
}

/** undefined: it is on the disk. */
export const keptModule = (url: string): ModuleText | undefined => kept.get(url);
