/** What a user writes under `redirect`, read into the plan's form. */

import { z } from "zod";

import { describe, reject, type Reader } from "../base/reader.ts";
import type { Template } from "./options.ts";
import { problemOfRedirect } from "./redirect.ts";
import { readTemplate } from "./template.ts";

export interface RedirectOptions {
  readonly status: number;
  readonly location: Template;
}

/** RFC 9110 §15.4.9: the method stays, so that nothing is lost on the way. */
const usualStatus = 308;

const statuses = [301, 302, 303, 307, 308];

const status: Reader<number> = (value, reporter) =>
  typeof value === "number" && statuses.includes(value)
    ? value
    : reject(reporter, { message: `want one of ${statuses.join(", ")}; found ${describe(value)}` });

const location: Reader<Template> = (value, reporter) => {
  if (typeof value !== "string" || value === "") {
    const message = `want a target such as https://example.com$uri, found ${describe(value)}`;
    return reject(reporter, { message });
  }
  const read = readTemplate(value);
  if ("problem" in read) return reject(reporter, { message: read.problem });
  const problem = problemOfRedirect(read.template);
  if (problem === undefined) return read.template;
  return reject(reporter, { message: `cannot redirect to ${describe(value)}`, help: problem });
};

const fullForm = z
  .strictObject({
    to: z.unknown().transform(location),
    status: z.unknown().transform(status).optional(),
  })
  .transform((keys): RedirectOptions => ({
    location: keys.to,
    status: keys.status ?? usualStatus,
  }));

/** A target, or a map with the target as `to`. */
const asMap = (value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value : { to: value };

export const redirectSchema = z.unknown().transform(asMap).pipe(fullForm);
