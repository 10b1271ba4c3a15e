/**
 * The grammar of a route's path: `/x` exactly, `/x/*` the prefix `/x/…` and `/x` itself, `/x/:id` a
 * parameter that is one segment long and not empty. Patterns are compared byte for byte with the
 * path as it is sent on (threat 65), so what cannot stand in a path on the wire is a problem.
 */

export type PathSegment =
  | { readonly type: "literal"; readonly text: string }
  | { readonly type: "parameter"; readonly name: string }
  /** What is left of the path, be it nothing. Only at the end. */
  | { readonly type: "rest" };

export type PathPattern = readonly PathSegment[];

/** RFC 3986 §3.3, with the characters that clients send although it does not allow them. */
const pathCharacters = /^[!$-;=@-Z[\]^_a-z{|}~"<>`\\]*$/;
const parameterName = /^[A-Za-z_][A-Za-z0-9_]*$/;

export function readPathPattern(
  text: string,
): { readonly pattern: PathPattern } | { readonly problem: string } {
  if (!text.startsWith("/")) return { problem: `want a path that begins with "/"` };
  if (/[?#]/.test(text)) return { problem: `want a path without "?" and "#"` };
  if (!pathCharacters.test(text)) {
    return {
      problem: `paths are compared as they are sent: write ${encodeURI(text.toWellFormed())}`,
    };
  }
  const segments = text.slice(1).split("/");
  const pattern: PathSegment[] = [];
  for (const [at, segment] of segments.entries()) {
    const isLast = at === segments.length - 1;
    if (segment === "*" && isLast) pattern.push({ type: "rest" });
    else if (segment.includes("*")) return { problem: `"*" stands for the rest: want /…/*` };
    else if (!segment.startsWith(":")) pattern.push({ type: "literal", text: segment });
    else if (!parameterName.test(segment.slice(1))) {
      return { problem: `want a name after ":", as in /users/:id` };
    } else pattern.push({ type: "parameter", name: segment.slice(1) });
  }
  return { pattern };
}
