/**
 * From a file, from standard input, or from what a command line says, to a plan or to everything
 * that is wrong with it.
 */

import { dirname } from "node:path";
import { buffer } from "node:stream/consumers";

import type { ConfigCode } from "../code/functions.ts";
import { codeKindOf } from "./code-file.ts";
import { compile, nothingCompiled, type CompiledConfig } from "./compile.ts";
import { readConfigFile, type Refusal } from "./config-file.ts";
import { discreet, discreetPath } from "./discreet.ts";
import type { FailedExpansion } from "./expand.ts";
import {
  findConfig,
  passedOver,
  searchedInWords,
  searchPlaces,
  type FoundConfig,
  type SearchPlaces,
} from "./find-config.ts";
import { withIncluded, type Around } from "./include.ts";
import {
  Findings,
  openText,
  problemOfFile,
  type ConfigText,
  type Environment,
  type Opened,
} from "./opened.ts";
import { namePlace, writePath } from "./place-name.ts";
import { Place } from "./place.ts";
import { inFileOrder, nowhere, problemCodes, type Problem } from "./problems.ts";
import type { Piece } from "./placeholders.ts";
import type { CodeUse } from "./read-code.ts";
import type { SourceText } from "./secrets.ts";
import { Sources } from "./sources.ts";
import { withholdSecrets, type Withhold } from "./withhold.ts";

export interface LoadedConfig extends CompiledConfig {
  /** As the user named it; "" if none was found. */
  readonly file: string;
  /** By the name of the file: what the places of problems are in. */
  readonly texts: ReadonlyMap<string, SourceText>;
  /** All that it was read from. */
  readonly files: readonly string[];
  /** For whatever is shown of the plan. Problems and summaries have no secrets in them. */
  readonly withhold: Withhold;
  /** What it withholds: all that was filled in. */
  readonly pieces: readonly Piece[];
  /** Where the functions are that are stubs in the plan; undefined: there are none. */
  readonly code: ConfigCode | undefined;
}

const standardInput = "-";

/** How it is called in messages. */
export const standardInputName = "<stdin>";

const noConfigHelp = "start without one by `npx foregate 3000`, or name one with -c FILE";

/**
 * `path` undefined: looks in the usual places. Never rejects: what is wrong is a problem.
 */
export async function loadConfig(
  path: string | undefined,
  codeUse: CodeUse = "evaluate",
): Promise<LoadedConfig> {
  const places = searchPlaces(process.env);
  const found = path === undefined ? findConfig(places) : { file: path, ignored: [] };
  if (found === undefined) return failed(notFound(places));
  const { file } = found;
  if (file === standardInput)
    return readConfig(await buffer(process.stdin), standardInputName, ".");
  const bytes = readConfigFile(file, file);
  if (!Buffer.isBuffer(bytes)) return failed(problemOfRefusal(file, bytes));
  const main = { bytes, file, folder: dirname(file) };
  if (codeKindOf(file) === undefined) return withIgnored(readText(main, process.env), found);
  const around = { environment: process.env, findings: new Findings() };
  // The code of code waits until there is some: most configs are data.
  const { openCode } = await import("./open-code.ts");
  const opened = await openCode(main, codeUse, around);
  return withIgnored(compileOpened(main, opened, around), found);
}

/** `folder` is what relative file names in the config start from. */
export function readConfig(
  bytes: Buffer,
  file: string,
  folder: string,
  environment: Environment = process.env,
): LoadedConfig {
  return readText({ bytes, file, folder }, environment);
}

function readText(main: ConfigText, environment: Environment): LoadedConfig {
  const findings = new Findings();
  return compileOpened(main, openText(main, environment, findings), { environment, findings });
}

/** `opened` undefined: it cannot be read, and that is among the findings. */
function compileOpened(main: ConfigText, opened: Opened | undefined, around: Around): LoadedConfig {
  const { file } = main;
  const { findings } = around;
  const parts = opened && withIncluded(main, opened, around);
  const unfilled = findings.failed.map(problemOfExpansion);
  const known = [...findings.problems, ...unfilled];
  const compiled: CompiledConfig =
    parts === undefined || findings.isBroken
      ? { ...nothingCompiled, problems: known }
      : compile({ ...parts, problems: known });
  const problems = compiled.problems.filter((problem) => !isConsequence(problem, unfilled));
  const withhold = withholdSecrets(findings.pieces);
  const { texts } = findings;
  return {
    ...compiled,
    file,
    texts,
    files: [...texts.keys(), ...findings.imported],
    withhold,
    pieces: findings.pieces,
    code: findings.code,
    sites: compiled.sites.map(({ host, leadsTo }) => ({ host, leadsTo: leadsTo.map(withhold) })),
    problems: inFileOrder(problems, [...texts.keys()]).map(({ message, hint, help, ...rest }) => ({
      ...rest,
      message: withhold(message),
      hint: hint && withhold(hint),
      help: help && withhold(help),
    })),
  };
}

/** A config that is written nowhere: `name` stands for the file in messages. */
export function compileValue(value: unknown, name: string): LoadedConfig {
  const sources = new Sources({
    file: name,
    folder: process.cwd(),
    spanOf: () => undefined,
    expansions: [],
  });
  const problems: Problem[] = [];
  const include = new Place(value, [], sources, problems).at("include");
  if (include.isThere) {
    const params = { kind: "include", help: "give all sites and pools in the value", onKey: true };
    include.addIssue({ code: "custom", message: "only a file includes files", params });
  }
  const compiled = compile({ value, sources, files: [name], problems });
  return { file: name, ...unwritten, ...compiled };
}

function problemOfExpansion(failure: FailedExpansion & { readonly file: string }): Problem {
  const { file, path, span, written } = failure;
  const { message, help } = discreet(failure, path, written);
  const shown = discreetPath(path);
  return {
    ...problemOfFile(file, "placeholder", { message: `${namePlace(shown)}: ${message}`, help }),
    ...(span ?? nowhere),
    path: writePath(shown),
  };
}

/** Whether it is only there because a placeholder has no value. */
function isConsequence(problem: Problem, unfilled: readonly Problem[]): boolean {
  if (problem.code === problemCodes.placeholder) return false;
  return unfilled.some(({ file, path }) => file === problem.file && path === problem.path);
}

function notFound(places: SearchPlaces): Problem {
  const message = `found no config: looked for ${searchedInWords(places)}`;
  const passed = passedOver(places);
  const rootHelp = `root's config is only looked for in /etc/foregate: to use another, name it`;
  const help = passed === undefined ? noConfigHelp : `${rootHelp}: -c ${passed}`;
  return problemOfFile("", "not-found", { message, help });
}

function problemOfRefusal(file: string, { kind, message, help }: Refusal): Problem {
  switch (kind) {
    case "not-found":
      return problemOfFile(file, kind, { message, help: noConfigHelp });
    case "folder":
      return problemOfFile(file, "unreadable", {
        message,
        help: `name the file: -c ${file}/foregate.yaml`,
      });
    case "unreadable":
    case "writable":
      return problemOfFile(file, kind, { message, help });
  }
}

function withIgnored(config: LoadedConfig, { file, ignored }: FoundConfig): LoadedConfig {
  if (ignored.length === 0) return config;
  const message = `it is used, and ${ignored.join(", ")} beside it is not read`;
  const help = "remove what is not meant, or name the one that is: -c FILE";
  const warning = problemOfFile(file, "second-config", { message, help });
  return { ...config, problems: [{ ...warning, severity: "warning" }, ...config.problems] };
}

function failed(problem: Problem): LoadedConfig {
  return { file: problem.file, ...unwritten, ...nothingCompiled, problems: [problem] };
}

const unwritten: Pick<LoadedConfig, "texts" | "files" | "withhold" | "pieces" | "code"> = {
  texts: new Map(),
  files: [],
  withhold: (text) => text,
  pieces: [],
  code: undefined,
};
