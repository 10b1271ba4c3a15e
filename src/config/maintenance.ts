/** `maintenance`: whether a place is closed, for how long, and who gets in all the same. */

import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";

import { describe, isOff, reject, text } from "../base/reader.ts";
import type { RoutePlan } from "../exchange/plan.ts";
import type { MaintenanceOptions } from "../maintenance/options.ts";
import { retryAfterTime } from "../maintenance/schema.ts";
import type { SiteOptions } from "../routing/options.ts";
import { readAddresses } from "./access.ts";
import type { Place } from "./place.ts";
import { maintenanceKeys } from "./site-schema.ts";

const simply: MaintenanceOptions = {
  retryAfterSeconds: undefined,
  allow: undefined,
  whileFile: undefined,
};

/** The nearest place wins as a whole; `off` lifts what is said outside. */
export function readMaintenance(
  place: Place,
  outer: MaintenanceOptions | undefined,
): MaintenanceOptions | undefined {
  if (!place.isThere) return outer;
  if (isOff(place.value)) return undefined;
  if (place.value === true || place.value === "on") return simply;
  if (!place.isMap) {
    const want = "want true, off or a map such as { retryAfter: 10m }";
    return reject(place, { message: `${want}, found ${describe(place.value)}` });
  }
  place.hasKeys(maintenanceKeys);
  const [retryAfter, allow, file] = [place.at("retryAfter"), place.at("allow"), place.at("while")];
  const retryAfterMs = retryAfter.isThere ? retryAfter.read(retryAfterTime) : undefined;
  return {
    retryAfterSeconds: retryAfterMs && Math.ceil(retryAfterMs / 1_000),
    allow: allow.isThere && !isOff(allow.value) ? readAddresses(allow) : undefined,
    whileFile: file.isThere ? readSwitch(file) : undefined,
  };
}

/** The file may be missing, but in a folder that is there: else nobody could ever switch. */
function readSwitch(place: Place): string | undefined {
  const name = place.read(text);
  if (name === undefined) return undefined;
  const path = resolve(place.source.folder, name);
  const folder = dirname(path);
  if (existsSync(folder)) return path;
  const message = `${path} can never be there: there is no folder ${folder}`;
  return reject(place, { kind: "file", message, help: `mkdir -p ${folder}` });
}

/** All files that switch a route, each once. */
export function switchFilesOf(sites: readonly SiteOptions<RoutePlan>[]): readonly string[] {
  const routes = sites.flatMap((site) => site.routes);
  const files = routes.flatMap(({ route }) => route.maintenance?.whileFile ?? []);
  return [...new Set(files)];
}
