/**
 * Keeps V8 from allocating what an exchange needs among the objects that stay.
 *
 * When the heap is young and a burst of connections comes, everything in flight survives the first
 * collections; V8 learns from that which lines of code make objects that live long, and never
 * unlearns it. From then on every exchange leaves its heads in the old generation: with 512
 * connections from the start it cost 43 µs instead of 33, for good
 * (docs/decisions/0008-no-pretenuring.md).
 */

import { setFlagsFromString } from "node:v8";

/**
 * The flag is the whole process's, for all threads to come. Set it before anything else, and in
 * every command: V8 takes no compiled code that was kept under other flags.
 */
export function tuneCollector(): void {
  // Bun has another engine, and no such flag.
  if (process.versions["bun"] === undefined) setFlagsFromString("--no-allocation-site-pretenuring");
}
