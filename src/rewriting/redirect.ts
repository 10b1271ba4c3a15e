/**
 * The `Location` of a redirect out of its template, so that a client can never choose where it
 * leads: of what a request brings, only the `Host`, which the parser has checked, can be a part of
 * the authority. Browsers read `//host`, `/\host` and `https:/host` as another server (WHATWG URL
 * §4.4), so slashes where a path begins become one.
 */

import type { Template } from "./options.ts";
import { valueOf, type TemplateSubject } from "./template.ts";

export function redirectLocation(template: Template, subject: TemplateSubject): string {
  let text = "";
  for (const part of template) {
    if (typeof part === "string") text += part;
    else if (part.kind === "scheme" && text === "") text += subject.head.scheme;
    else if (part.kind === "host" && placeOf(text) !== "path") text += subject.head.host;
    else text = withValue(text, valueOf(part, subject));
  }
  return percentEncoded(text.replace(/^[/\\]{2,}/, "/"));
}

/**
 * Where the text so far ends: `start`: no more than the slash that begins a path; `no-authority`:
 * a scheme, and no host yet; `authority`: a host, or what could still become one; `path`: what
 * follows can no longer change the server.
 */
type Place = "start" | "no-authority" | "authority" | "path";

function placeOf(text: string): Place {
  const begin = /^([A-Za-z][A-Za-z0-9+.-]*:)?[/\\]*/.exec(text)!;
  const hasScheme = begin[1] !== undefined;
  const rest = text.slice(begin[0].length);
  if (rest === "") return hasScheme ? "no-authority" : "start";
  // Slashes without a scheme become one, and then begin a path.
  const isPath = /[/\\?#]/.test(rest) || (!hasScheme && begin[0] !== "");
  return isPath ? "path" : "authority";
}

/** Adds what the client sent, as part of a path at the earliest. */
function withValue(text: string, value: string): string {
  switch (placeOf(text)) {
    case "path":
      return text + value;
    case "authority":
      return text + (value.startsWith("/") ? value : `/${value}`);
    // Without a host (HTTP/1.0 knows requests without one) it is a path on this server.
    case "start":
    case "no-authority":
      return `/${value.replace(/^[/\\]+/, "")}`;
  }
}

/** RFC 3986 §2: what may not stand in a URI. Characters are bytes here, as in every head. */
export function percentEncoded(text: string): string {
  return text.replaceAll(/[^!#$%&'()*+,\-./0-9:;=?@A-Z[\]_a-z~]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
  });
}
