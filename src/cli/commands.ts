/** What each command does; every function resolves with an exit code. */

import { compileValue, loadConfig, type LoadedConfig } from "../config/load.ts";
import { exitCodes } from "./exit-codes.ts";
import { configOfProxy, configOfTargets, type OneLiner, type ProxyWishes } from "./one-liner.ts";
import { countProblems, problemLines, problemsAsJson } from "./report-problems.ts";
import { count, print, say } from "./say.ts";
import type { Starter } from "./init.ts";
import type { StartPlan } from "./start.ts";

export interface ConfigOptions {
  readonly config?: string;
}

/** `-c`, then the environment, then the usual places. */
const configPath = ({ config }: ConfigOptions): string | undefined =>
  config ?? (process.env["FOREGATE_CONFIG"] || undefined);

export async function run(options: ConfigOptions, startPlan: StartPlan): Promise<number> {
  return startOr(exitCodes.configInvalid, await loadConfig(configPath(options)), startPlan);
}

export async function check(options: ConfigOptions & { readonly json?: true }): Promise<number> {
  const { file, plan, problems, sites } = await loadConfig(configPath(options));
  const code = plan === undefined ? exitCodes.configInvalid : exitCodes.ok;
  if (options.json === true) print(problemsAsJson(file, problems));
  else {
    for (const line of plan === undefined ? problemLines(problems) : []) print(line);
    if (plan !== undefined) {
      const parts = [
        count(sites.length, "site"),
        count(plan.pools.length, "pool"),
        `listens on ${plan.listeners.map(({ label }) => label).join(", ")}`,
      ];
      print(`${file}: valid (${parts.join(", ")})`);
    }
    if (plan !== undefined && problems.length > 0) print(countProblems(problems));
  }
  return code;
}

/** The config that is in force, every shorthand grown and every default in its place. */
export async function printConfig(
  options: ConfigOptions & { readonly json?: true },
): Promise<number> {
  const config = await loadConfig(configPath(options));
  const { plan, siteOptions, poolNames } = config;
  if (plan === undefined) {
    for (const line of problemLines(config.problems)) say(line);
    return exitCodes.configInvalid;
  }
  const { effectiveConfig } = await import("../config/effective.ts");
  const effective = effectiveConfig(plan, siteOptions, { poolNames, hidesSecrets: true });
  if (options.json === true) print(JSON.stringify(effective, undefined, 2));
  else print((await import("yaml")).stringify(effective, yamlStyle).trimEnd());
  return exitCodes.ok;
}

/** Long lines stay whole, and nothing is said once and referred to. */
const yamlStyle = { lineWidth: 0, aliasDuplicateObjects: false };

export interface ExplainOptions extends ConfigOptions {
  readonly method: string;
  readonly header?: readonly string[];
  readonly peer: string;
  readonly json?: true;
}

export async function explain(url: string, options: ExplainOptions): Promise<number> {
  const config = await loadConfig(configPath(options));
  if (config.plan === undefined) {
    for (const line of problemLines(config.problems)) say(line);
    return exitCodes.configInvalid;
  }
  const { explainedLines, explainFor, portNote, questionOf } = await import("./explain.ts");
  const { method, header: fields = [], peer: peerIp } = options;
  const question = questionOf({ url, method, fields, peerIp });
  if (typeof question === "string") {
    say(`error: ${question}`);
    return exitCodes.usage;
  }
  if (options.json === true) print(JSON.stringify(explainFor(question, config), undefined, 2));
  else for (const line of explainedLines(question, config)) print(line);
  const note = portNote(url, config.plan.listeners);
  if (note !== undefined) say(`note: ${note}`);
  return exitCodes.ok;
}

export async function init(what: Starter): Promise<number> {
  const { writeStarter } = await import("./init.ts");
  const { name, written, next } = writeStarter(what, process.cwd());
  if (written === undefined) {
    say(`error: ${name} is there already, and stays as it is (move it away first)`);
    return exitCodes.failed;
  }
  print(written);
  say(`next: ${next}`);
  return exitCodes.ok;
}

export async function env(options: { readonly json?: true }): Promise<number> {
  const { surroundingLines, surroundings } = await import("./environment.ts");
  const found = surroundings(process.env, process.cwd());
  if (options.json === true) print(JSON.stringify(found, undefined, 2));
  else for (const line of surroundingLines(found)) print(line);
  return exitCodes.ok;
}

export function proxy(wishes: ProxyWishes, startPlan: StartPlan): Promise<number> {
  return startOneLiner(configOfProxy(wishes), startPlan);
}

export function serveTargets(targets: readonly string[], startPlan: StartPlan): Promise<number> {
  return startOneLiner(configOfTargets(targets), startPlan);
}

function startOneLiner(config: OneLiner | string, startPlan: StartPlan): Promise<number> {
  if (typeof config !== "string") {
    return startOr(exitCodes.usage, compileValue(config, "command line"), startPlan);
  }
  say(`error: ${config}`);
  return Promise.resolve(exitCodes.usage);
}

async function startOr(
  codeIfWrong: number,
  config: LoadedConfig,
  startPlan: StartPlan,
): Promise<number> {
  const { plan } = config;
  if (plan === undefined) {
    for (const line of problemLines(config.problems)) say(line);
    return codeIfWrong;
  }
  const { start } = await import("./start.ts");
  return await start(() => startPlan(plan), config, plan.drainMs);
}
