/**
 * `$host` where any host is served: the client chooses what it says, and so where a redirect leads
 * and what a field tells.
 */

import { readTemplate } from "../rewriting/template.ts";
import type { Place } from "./place.ts";
import { actionKeys } from "./site-schema.ts";

/** `site` is the one that answers for every host. */
export function warnOfClientHosts(site: Place): void {
  const routes = site.at("routes").items();
  const free = routes.filter((route) => !isBound(route));
  const isOwnUsed = free.length > 0 || actionKeys.some((key) => site.at(key).isThere);
  for (const place of isOwnUsed ? [site, ...free] : []) {
    warnOfTemplate(targetOf(place.at("redirect")));
    fieldValuesOf(place.at("headers")).forEach(warnOfTemplate);
  }
}

/** All that rules give to fields: text, or a list of it. */
function fieldValuesOf(headers: Place): Place[] {
  const rules = ["request", "response"].flatMap((direction) =>
    ["set", "add", "default"].map((kind) => headers.at(direction).at(kind)),
  );
  return rules.flatMap((rule) => rule.entries()).flatMap(([, value]) => [value, ...value.items()]);
}

/** A route for one host knows which one it is. */
const isBound = (route: Place): boolean =>
  route.at("host").isThere && route.at("host").value !== "*";

const targetOf = (redirect: Place): Place => (redirect.isMap ? redirect.at("to") : redirect);

function warnOfTemplate(place: Place): void {
  if (typeof place.value !== "string") return;
  const read = readTemplate(place.value);
  if ("problem" in read) return;
  const found = read.template.find((part) => typeof part === "object" && isHost(part));
  if (found === undefined) return;
  const message = "the client chooses `$host` here, since this site answers for every host";
  const help = "give the hosts that are meant sites of their own, or write the name out";
  place.warn({ kind: "client-host", message, help });
}

const isHost = ({ kind, name }: { readonly kind: string; readonly name: string }): boolean =>
  kind === "host" || (kind === "header" && name === "host");
