/**
 * Text with placeholders: `https://$host$uri`, `$header.x-id`, `${scheme}`, `$$` for a dollar. It
 * is read once, with the config, and written for each request. What a client sent can fill a place
 * in it, but never bring a line break with it (threat 62).
 */

import { Buffer } from "node:buffer";
import { readCookie } from "../http/cookie.ts";
import { id, idOfName } from "../http/field-names.ts";
import type { RequestHead } from "../http/head.ts";
import type { Placeholder, Template } from "./options.ts";

export interface TemplateSubject {
  readonly head: RequestHead;
  readonly clientIp: string;
}

/** What `$` may begin: a dollar, a name in braces, or a name; dots belong to two of them only. */
const placeholderPattern = /\$(?:\$|\{([^}]*)\}|((?:header|cookie)\.[\w-]+|[A-Za-z]+))?/g;

const namedPattern = /^(header|cookie)\.([!#$%&'*+\-.^_`|~0-9A-Za-z]+)$/;
const plainKinds = ["uri", "host", "path", "query", "ip", "scheme", "method"] as const;

export function readTemplate(
  text: string,
): { readonly template: Template } | { readonly problem: string } {
  if (/[^\t\x20-\x7e\x80-\u{10ffff}]/u.test(text))
    return { problem: "want text without line breaks" };
  const parts: (string | Placeholder)[] = [];
  let literal = "";
  let end = 0;
  for (const found of text.matchAll(placeholderPattern)) {
    literal += text.slice(end, found.index);
    end = found.index + found[0].length;
    if (found[0] === "$$") {
      literal += "$";
      continue;
    }
    const placeholder = readPlaceholder(found[1] ?? found[2] ?? "");
    if (placeholder === undefined) return { problem: problemOf(found[0], found[2]) };
    if (literal !== "") parts.push(bytesOf(literal));
    parts.push(placeholder);
    literal = "";
  }
  literal += text.slice(end);
  if (literal !== "") parts.push(bytesOf(literal));
  return { template: parts };
}

/** Heads are bytes: what is not ASCII goes out as UTF-8, as it stands in the config's file. */
function bytesOf(literal: string): string {
  return Buffer.from(literal, "utf8").toString("latin1");
}

function readPlaceholder(text: string): Placeholder | undefined {
  const plain = plainKinds.find((kind) => kind === text);
  if (plain !== undefined) return { kind: plain, name: "" };
  const named = namedPattern.exec(text);
  if (named === null) return undefined;
  return named[1] === "header"
    ? { kind: "header", name: named[2]!.toLowerCase() }
    : { kind: "cookie", name: named[2]! };
}

function problemOf(written: string, name: string | undefined): string {
  const meant = plainKinds.find((kind) => name?.startsWith(kind));
  if (name !== undefined && meant !== undefined) {
    return `unknown placeholder "${written}": write \${${meant}}${name.slice(meant.length)}`;
  }
  if (written === "$") return `a single "$": write $$ for a dollar`;
  return (
    `unknown placeholder "${written}": want $uri, $host, $path, $query, $header.NAME, ` +
    `$cookie.NAME, $ip, $scheme or $method; write $$ for a dollar`
  );
}

/** The text that `readTemplate` reads as this. */
export function templateText(template: Template): string {
  return template
    .map((part) => {
      if (typeof part === "string") {
        return Buffer.from(part, "latin1").toString("utf8").replaceAll("$", "$$$$");
      }
      return part.name === "" ? `\${${part.kind}}` : `\${${part.kind}.${part.name}}`;
    })
    .join("");
}

export function writeTemplate(template: Template, subject: TemplateSubject): string {
  let text = "";
  for (const part of template) text += typeof part === "string" ? part : valueOf(part, subject);
  return text;
}

/** The value of one placeholder, without control characters; "" where there is none. */
export function valueOf({ kind, name }: Placeholder, subject: TemplateSubject): string {
  const { head, clientIp } = subject;
  switch (kind) {
    case "uri":
      return withoutControls(head.target);
    case "path":
      return withoutControls(pathOf(head.target));
    case "query":
      return withoutControls(head.target.slice(pathOf(head.target).length + 1));
    case "host":
      return head.host;
    case "ip":
      return clientIp;
    case "scheme":
      return head.scheme;
    case "method":
      return head.method;
    case "header":
      return withoutControls(fieldOf(head, name));
    case "cookie":
      return withoutControls(readCookie(head.fields, name) ?? "");
  }
}

function pathOf(target: string): string {
  const query = target.indexOf("?");
  return query < 0 ? target : target.slice(0, query);
}

/** The machine that read the head took Host out of its fields. */
function fieldOf(head: RequestHead, name: string): string {
  return idOfName(name) === id.host ? head.authority : head.fields.allNamed(name).join(", ");
}

/** Fields and targets were checked when they were read: this is the second lock on that door. */
function withoutControls(text: string): string {
  return text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, "");
}
