/**
 * From a file, from standard input, or from what a command line says, to a plan or to everything
 * that is wrong with it.
 */

import { dirname } from "node:path";
import { buffer } from "node:stream/consumers";

import { compile, nothingCompiled, type CompiledConfig } from "./compile.ts";
import { readConfigFile, type Refusal } from "./config-file.ts";
import type { FailedExpansion } from "./expand.ts";
import {
  findConfig,
  isProgram,
  passedOver,
  searchedInWords,
  searchPlaces,
  type FoundConfig,
  type SearchPlaces,
} from "./find-config.ts";
import { readWithIncludes } from "./include.ts";
import { Findings, problemOfFile, type Environment } from "./opened.ts";
import { namePlace, writePath } from "./place-name.ts";
import { Place } from "./place.ts";
import { inFileOrder, nowhere, problemCodes, type Problem } from "./problems.ts";
import type { SourceText } from "./secrets.ts";
import { Sources } from "./sources.ts";
import { withholdSecrets, type Withhold } from "./withhold.ts";

export interface LoadedConfig extends CompiledConfig {
  /** As the user named it; "" if none was found. */
  readonly file: string;
  /** By the name of the file: what the places of problems are in. */
  readonly texts: ReadonlyMap<string, SourceText>;
  /** For whatever is shown of the plan. Problems and summaries have no secrets in them. */
  readonly withhold: Withhold;
}

export const standardInput = "-";

const noConfigHelp = "start without one by `npx foregate 3000`, or name one with -c FILE";

/** `path` undefined: looks in the usual places. Never rejects: what is wrong is a problem. */
export async function loadConfig(path: string | undefined): Promise<LoadedConfig> {
  const places = searchPlaces(process.env);
  const found = path === undefined ? findConfig(places) : { file: path, ignored: [] };
  if (found === undefined) return failed(notFound(places));
  const { file } = found;
  if (file === standardInput) return readConfig(await buffer(process.stdin), "<stdin>", ".");
  if (isProgram(file)) {
    const message = "a config in TypeScript or JavaScript is not available in this version";
    const help = "write it as YAML or JSON, and name it with -c FILE";
    return failed(problemOfFile(file, "unavailable", { message, help }));
  }
  const bytes = readConfigFile(file, file);
  if (!Buffer.isBuffer(bytes)) return failed(problemOfRefusal(file, bytes));
  return withIgnored(readConfig(bytes, file, dirname(file)), found);
}

/** `folder` is what relative file names in the config start from. */
export function readConfig(
  bytes: Buffer,
  file: string,
  folder: string,
  environment: Environment = process.env,
): LoadedConfig {
  const findings = new Findings();
  const parts = readWithIncludes({ bytes, file, folder }, environment, findings);
  const unfilled = findings.failed.map(problemOfExpansion);
  const known = [...findings.problems, ...unfilled];
  const compiled: CompiledConfig =
    parts === undefined || findings.isBroken
      ? { ...nothingCompiled, problems: known }
      : compile({ ...parts, problems: known });
  const problems = compiled.problems.filter((problem) => !isConsequence(problem, unfilled));
  const withhold = withholdSecrets(findings.expansions);
  const { texts } = findings;
  return {
    ...compiled,
    file,
    texts,
    withhold,
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
  return { file: name, texts: new Map(), withhold: (text) => text, ...compiled };
}

function problemOfExpansion(failure: FailedExpansion & { readonly file: string }): Problem {
  const { file, path, span, message, help } = failure;
  return {
    ...problemOfFile(file, "placeholder", { message: `${namePlace(path)}: ${message}`, help }),
    ...(span ?? nowhere),
    path: writePath(path),
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
  return {
    file: problem.file,
    texts: new Map(),
    withhold: (text) => text,
    ...nothingCompiled,
    problems: [problem],
  };
}
