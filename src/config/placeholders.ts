/**
 * Placeholders in a config's texts: `${NAME}`, `${env:NAME:-default}`, `${file:/run/secrets/x}` and
 * `${credential:NAME}`. They are filled once, when the config is read, and what fills them is never
 * looked at again. `${host}` and its like belong to templates, which are filled for each request.
 */

import { readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

import { describe, type Wrong } from "../base/reader.ts";
import { decodeText } from "./decode-text.ts";
import { reasonOf } from "./file-reason.ts";
import { isSecretKey } from "./secrets.ts";

/** A key or a certificate chain is a few KiB; more is another kind of file. */
const fileBytesMax = 64 * 1024;

export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What relative file names start from. */
  readonly folder: string;
}

/** One placeholder and what it stands for. */
export interface Piece {
  /** As it stands in the config, `${` and `}` included. */
  readonly written: string;
  readonly text: string;
  /** Shown to nobody; of a variable, its name decides. */
  readonly isSecret: boolean;
}

export interface BadPlaceholder extends Pick<Wrong, "message" | "help"> {
  readonly written: string;
}

export interface ExpandedText {
  readonly text: string;
  readonly pieces: readonly Piece[];
  readonly bad: readonly BadPlaceholder[];
}

/** What may begin at a dollar: `$$`, or a name in braces whose end may be missing. */
const tokenPattern = /\$\$|\$\{([^}]*)(\}?)/g;

/** `env:…`, or a name in capitals; templates have neither. */
const oursPattern = /^(?:[a-z]+:|[A-Z_][A-Z0-9_]*(?![A-Za-z0-9_]))/;

const variablePattern = /^(?:env:([A-Za-z_][A-Za-z0-9_]*)|([A-Z_][A-Z0-9_]*))(?::-([^]*))?$/;
const sourcePattern = /^(file|credential):([^]+)$/;

/** In a template a dollar is written twice, also one that comes from outside. */
export type TextKind = "plain" | "template";

export function expandText(text: string, kind: TextKind, surroundings: Surroundings): ExpandedText {
  const pieces: Piece[] = [];
  const bad: BadPlaceholder[] = [];
  const expanded = text.replaceAll(
    tokenPattern,
    (written: string, inner: string | undefined, end: string, at: number) => {
      // `$${` is how `${` is written as text; a template does that itself.
      if (inner === undefined) return kind === "plain" && text[at + 2] === "{" ? "$" : written;
      if (!oursPattern.test(inner)) return written;
      const found = end === "" ? unclosed(inner) : lookUp(inner, surroundings);
      if (typeof found !== "string") {
        bad.push({ written, ...found });
        return written;
      }
      pieces.push({ written, text: found, isSecret: isSecretSource(inner, found) });
      return kind === "plain" ? found : found.replaceAll("$", "$$$$");
    },
  );
  return { text: expanded, pieces, bad };
}

type Found = string | Omit<BadPlaceholder, "written">;

function lookUp(inner: string, surroundings: Surroundings): Found {
  const [, long, short, fallback] = variablePattern.exec(inner) ?? [];
  const name = long ?? short;
  if (name !== undefined) return lookUpVariable(name, fallback, surroundings);
  const [, scheme, target = ""] = sourcePattern.exec(inner) ?? [];
  if (scheme === "file") return contentOf(resolve(surroundings.folder, target));
  if (scheme === "credential") return lookUpCredential(target, surroundings);
  const known = /^(?:env|file|credential):/.exec(inner)?.[0];
  if (known === "env:" || (known === undefined && /^[A-Z_]/.test(inner))) {
    const message = `want a variable's name, found ${describe(inner.replace(/^env:/, ""))}`;
    return { message, help: "${NAME}, or ${NAME:-default}; write $${ for text" };
  }
  if (known !== undefined) return { message: `want a name behind ${known}, found nothing` };
  const message = `want env:, file: or credential:, found ${describe(inner)}`;
  return { message, help: "${env:NAME}, ${file:PATH}, ${credential:NAME}; write $${ for text" };
}

/** As in a shell, the default also stands for a variable that is empty. */
function lookUpVariable(
  name: string,
  fallback: string | undefined,
  { environment }: Surroundings,
): Found {
  const value = environment[name];
  if (value !== undefined && (value !== "" || fallback === undefined)) return value;
  if (fallback !== undefined) return fallback;
  const message = `the variable ${name} is not set`;
  return { message, help: `set it, or give a default: \${${name}:-…}` };
}

function lookUpCredential(name: string, { environment }: Surroundings): Found {
  const folder = environment["CREDENTIALS_DIRECTORY"];
  if (name.includes("/") || name === "..") {
    return { message: `want a credential's name, found ${describe(name)}` };
  }
  if (folder) return contentOf(join(folder, name));
  const help = `LoadCredential=${name}:/path in a systemd unit sets it`;
  return { message: "CREDENTIALS_DIRECTORY is not set", help };
}

/** The whole content, less the line's end that editors leave behind. */
function contentOf(path: string): Found {
  try {
    const status = statSync(path);
    if (status.isDirectory()) return { message: `cannot read ${path}: it is a folder` };
    // A pipe or a device may never end.
    if (!status.isFile()) return { message: `cannot read ${path}: it is no file` };
    if (status.size > fileBytesMax) return { message: `${path} is larger than 64KiB` };
    const content = decodeText(readFileSync(path));
    if (typeof content === "string") return content.replace(/\r?\n$/, "");
    return { message: `${path}: ${content.message}`, help: content.help };
  } catch (error) {
    const help = "name a file that is there: ${file:PATH}, from the config's folder";
    return { message: `cannot read ${path}: ${reasonOf(error)}`, help };
  }
}

function unclosed(inner: string): Found {
  // What follows the name may be half of a password.
  const [begun = ""] = /^(?:(?:env|file|credential):)?[\w./-]*/.exec(inner) ?? [];
  return { message: `\${${begun} has no end`, help: "add its }; $${ is a ${ in text" };
}

/** A default stands in the config for everybody who reads it. */
function isSecretSource(inner: string, found: string): boolean {
  const [, long, short, fallback] = variablePattern.exec(inner) ?? [];
  const name = long ?? short;
  if (name === undefined) return true;
  return found !== fallback && isSecretKey(name.toLowerCase(), undefined);
}

/** Shorter ones are words such as `true`, which stand for themselves everywhere else. */
const variableCharactersMin = 8;

/** Every shell's: they are called as passwords are, and hold folders. */
const folderVariables: ReadonlySet<string> = new Set(["PWD", "OLDPWD"]);

/** Of the variables that code asks for itself, those that nobody is to see. */
export function secretVariables({ environment }: Pick<Surroundings, "environment">): Piece[] {
  return Object.entries(environment).flatMap(([name, text = ""]) =>
    text.length >= variableCharactersMin &&
    !folderVariables.has(name) &&
    isSecretKey(name.toLowerCase(), undefined)
      ? [{ written: `\${${name}}`, text, isSecret: true }]
      : [],
  );
}
