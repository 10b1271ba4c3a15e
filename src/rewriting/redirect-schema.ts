/** What a user writes under `redirect`, read into the plan's form. */

import { z } from "zod";

import { describe, reject, shaped } from "../base/reader.ts";
import type { About, Shape } from "../base/shape.ts";
import { redirectStatuses, type Template } from "./options.ts";
import { readTemplate } from "./template.ts";

export interface RedirectOptions {
  readonly status: number;
  readonly location: Template;
}

/** RFC 9110 §15.4.9: the method stays, so that nothing is lost on the way. */
const usualStatus = 308;

const status = shaped({ enum: redirectStatuses }, (value, reporter): number =>
  typeof value === "number" && redirectStatuses.includes(value)
    ? value
    : reject(reporter, {
        message: `want one of ${redirectStatuses.join(", ")}; found ${describe(value)}`,
      }),
);

/** A target as text, for those who write configs. */
export const targetShape: Shape = { type: "string", minLength: 1, called: "a target" };

const location = shaped(targetShape, (value, reporter): Template => {
  if (typeof value !== "string" || value === "") {
    const message = `want a target such as https://example.com$uri, found ${describe(value)}`;
    return reject(reporter, { message });
  }
  const read = readTemplate(value);
  if ("problem" in read) return reject(reporter, { message: read.problem });
  const problem = problemOfTarget(read.template);
  if (problem === undefined) return read.template;
  return reject(reporter, { message: `cannot redirect to ${describe(value)}`, help: problem });
});

/**
 * What is wrong with a target; undefined: nothing. What a client sent may stand in the path and
 * behind it, never in the scheme or the authority: no redirect is an open one. (`Host` may: it is
 * the name by which the client found us, and checked.)
 */
function problemOfTarget(template: Template): string | undefined {
  let sample = "";
  for (const part of template) {
    if (typeof part === "string") sample += part;
    else if (isInPath(sample)) sample += "x";
    else if (part.kind === "scheme" && sample === "") sample += "https";
    else if (part.kind === "host" && sample !== "") sample += "host";
    else if (part.kind === "uri" || part.kind === "path") sample += "/x";
    else
      return `\`$${part.kind}\` may not choose the server: write https://HOST/ or a path before it`;
  }
  const isTarget = /^(?:https?:\/\/[^/?#\\@]+(?:[/?#]|$)|\/(?![/\\]))/i.test(sample);
  return isTarget ? undefined : "begin with https://HOST, http://HOST, / or $uri";
}

/** Whether what follows can no longer change the server. */
const isInPath = (text: string): boolean => /^(?:https?:\/\/[^/?#\\]+)?[/?#]/i.test(text);

export const redirectMap = z
  .strictObject({
    to: z
      .unknown()
      .transform(location)
      .meta({
        ...location.shape,
        description:
          "Where the client is sent: a path or a URL, with placeholders. What a client sent " +
          "never decides to which server it leads.",
        examples: ["https://example.com$uri"],
      } satisfies About),
    status: z
      .unknown()
      .transform(status)
      .optional()
      .meta({
        ...status.shape,
        description: "308 and 307 keep the request's method and body; 308 and 301 are for ever.",
        default: usualStatus,
        examples: [301],
      } satisfies About),
  })
  .transform((keys): RedirectOptions => ({
    location: keys.to,
    status: keys.status ?? usualStatus,
  }))
  .meta({ id: "RedirectConfig", title: "A redirect" });

/** A target, or a map with the target as `to`. */
const asMap = (value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value : { to: value };

export const redirectSchema = z.unknown().transform(asMap).pipe(redirectMap);
