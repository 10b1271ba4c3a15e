/** What each command does; every function resolves with an exit code. */

import { compileValue, standardInputName, type LoadedConfig } from "../config/load.ts";
import { isError } from "../config/problems.ts";
import { withheld } from "../config/withhold.ts";
import { paintFor, plain, type ColourChoice } from "./colour.ts";
import { exitCodes } from "./exit-codes.ts";
import type { OneLiner, ProxyWishes } from "./one-liner.ts";
import { loadWanted } from "./load-wanted.ts";
import { isPlanned } from "./planned-config.ts";
import { problemEvent } from "./problem-event.ts";
import { count, countProblems, heard, print, say } from "./say.ts";
import type { Starter } from "./init.ts";
import type { Start, StartPlan } from "./start.ts";

/** Of every command. */
export interface GlobalOptions {
  readonly color: ColourChoice;
}

export interface ConfigOptions extends GlobalOptions {
  readonly config?: string;
  readonly envFile?: string;
}

/** Of commands that only look: `--no-exec` makes it false. */
export interface LookOptions extends ConfigOptions {
  readonly exec: boolean;
}

export interface RunOptions extends ConfigOptions {
  readonly watch?: true;
}

export interface CheckOptions extends LookOptions {
  readonly json?: true;
  readonly strict?: true;
}

const look = (options: LookOptions): Promise<LoadedConfig | undefined> =>
  loadWanted(options, options.exec ? "evaluate" : "refuse");

export async function run(options: RunOptions, startPlan: StartPlan): Promise<number> {
  const config = await loadWanted(options, "evaluate");
  if (config === undefined) return exitCodes.usage;
  // What came by standard input is gone; and the file stays the one that was found.
  const { file } = config;
  const isFile = file !== "" && file !== standardInputName;
  const source = isFile ? { file, envFile: options.envFile } : undefined;
  const watches = options.watch === true;
  if (watches && source === undefined) {
    say("error: --watch: the config has no file that could change");
    return exitCodes.usage;
  }
  const wishes = { codeIfWrong: exitCodes.configInvalid, source, watches, color: options.color };
  return startOr(wishes, config, startPlan);
}

export async function check(options: CheckOptions): Promise<number> {
  const config = await look(options);
  if (config === undefined) return exitCodes.usage;
  const { file, problems } = config;
  const isValid = !problems.some(isError) && (options.strict !== true || problems.length === 0);
  if (options.json === true) {
    print((await import("./report-problems.ts")).problemsAsJson(file, problems, isValid));
  } else {
    for (const line of await pictures(config, process.stdout, options)) print(line);
    print(config.withhold(verdict(config, isValid)));
  }
  if (process.env["GITHUB_ACTIONS"] === "true") {
    // The runner reads both streams, and JSON has to stay JSON.
    const tell = options.json === true ? say : print;
    const { annotation } = await import("./annotations.ts");
    for (const problem of problems) tell(annotation(problem));
  }
  await heard();
  return isValid ? exitCodes.ok : exitCodes.configInvalid;
}

function verdict({ file, plan, problems, sites }: LoadedConfig, isValid: boolean): string {
  const counted = countProblems(problems);
  if (plan === undefined) return `${counted} — config not loaded`;
  if (!isValid) return `${counted} — config not valid: with --strict, warnings count as errors`;
  const parts = [
    count(sites.length, "site"),
    count(plan.pools.length, "pool"),
    `listens on ${plan.listeners.map(({ label }) => label).join(", ")}`,
  ];
  return `${file}: valid (${parts.join(", ")})${counted === "" ? "" : `, ${counted}`}`;
}

/** The config that is in force, every shorthand grown and every default in its place. */
export async function printConfig(
  options: LookOptions & { readonly json?: true },
): Promise<number> {
  const config = await look(options);
  if (config === undefined) return exitCodes.usage;
  if (!isPlanned(config)) {
    await tellProblems(config, options);
    return exitCodes.configInvalid;
  }
  const { shownConfig } = await import("./shown-config.ts");
  const effective = shownConfig(config);
  if (options.json === true) print(JSON.stringify(effective, undefined, 2));
  else print((await import("yaml")).stringify(effective, yamlStyle).trimEnd());
  await heard();
  return exitCodes.ok;
}

/** Long lines stay whole, and nothing is said once and referred to. */
const yamlStyle = { lineWidth: 0, aliasDuplicateObjects: false };

export interface ExplainOptions extends LookOptions {
  readonly method: string;
  readonly header?: readonly string[];
  readonly peer: string;
  readonly json?: true;
}

export async function explain(url: string, options: ExplainOptions): Promise<number> {
  const config = await look(options);
  if (config === undefined) return exitCodes.usage;
  if (config.plan === undefined) {
    await tellProblems(config, options);
    return exitCodes.configInvalid;
  }
  const { explainedLines, explainFor, portNote, questionOf } = await import("./explain.ts");
  const { method, header: fields = [], peer: peerIp } = options;
  const question = questionOf({ url, method, fields, peerIp });
  if (typeof question === "string") {
    say(`error: ${question}`);
    return exitCodes.usage;
  }
  const { withhold } = config;
  if (options.json === true) {
    print(JSON.stringify(withheld(explainFor(question, config), withhold), undefined, 2));
  } else for (const line of explainedLines(question, config)) print(withhold(line));
  const note = portNote(url, config.plan.listeners);
  if (note !== undefined) say(`note: ${note}`);
  await heard();
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

/** Looks at everything that a config needs, and says what is not as it should be. */
export async function doctor(options: LookOptions & { readonly json?: true }): Promise<number> {
  const config = await look(options);
  if (config === undefined) return exitCodes.usage;
  const { examine } = await import("./examine.ts");
  const { checkLines, checksOf } = await import("./doctor-checks.ts");
  const found = checksOf(await examine(config));
  const { withhold } = config;
  const checks = found.map(({ message, mend, ...rest }) => ({
    ...rest,
    message: withhold(message),
    mend: mend && withhold(mend),
  }));
  const hasFailed = checks.some(({ state }) => state === "fail");
  if (options.json === true) {
    const plainChecks = checks.map(({ mend, ...check }) => ({ ...check, mend: mend ?? null }));
    print(JSON.stringify({ ok: !hasFailed, checks: plainChecks }, undefined, 2));
  } else for (const line of checkLines(checks)) print(line);
  await heard();
  return hasFailed ? exitCodes.failed : exitCodes.ok;
}

export async function env(options: { readonly json?: true }): Promise<number> {
  const { surroundingLines, surroundings } = await import("./environment.ts");
  const found = surroundings(process.env, process.cwd());
  if (options.json === true) print(JSON.stringify(found, undefined, 2));
  else for (const line of surroundingLines(found)) print(line);
  await heard();
  return exitCodes.ok;
}

export async function proxy(
  wishes: ProxyWishes & GlobalOptions,
  startPlan: StartPlan,
): Promise<number> {
  const { configOfProxy } = await import("./one-liner.ts");
  return startOneLiner(configOfProxy(wishes), wishes, startPlan);
}

export async function serveTargets(
  targets: readonly string[],
  options: GlobalOptions,
  startPlan: StartPlan,
): Promise<number> {
  const { configOfTargets } = await import("./one-liner.ts");
  return startOneLiner(configOfTargets(targets), options, startPlan);
}

function startOneLiner(
  config: OneLiner | string,
  { color }: GlobalOptions,
  startPlan: StartPlan,
): Promise<number> {
  if (typeof config !== "string") {
    const wishes = { codeIfWrong: exitCodes.usage, color };
    return startOr(wishes, compileValue(config, "command line"), startPlan);
  }
  say(`error: ${config}`);
  return Promise.resolve(exitCodes.usage);
}

interface StartWishes extends GlobalOptions {
  readonly codeIfWrong: number;
  /** undefined: it cannot be read again. */
  readonly source?: Start["source"];
  readonly watches?: boolean;
}

async function startOr(
  { codeIfWrong, color, source, watches = false }: StartWishes,
  config: LoadedConfig,
  startPlan: StartPlan,
): Promise<number> {
  if (!isPlanned(config)) {
    await tellProblems(config, { color });
    await heard();
    return codeIfWrong;
  }
  const { openVoice, withEnvironment } = await import("./event-voice.ts");
  const events = withEnvironment(config.events, process.env);
  if (typeof events === "string") {
    say(`error: ${events}`);
    return exitCodes.usage;
  }
  const { workerCountOf } = await import("./worker-count.ts");
  const workerCount = workerCountOf(config.workers, process.env);
  if (typeof workerCount === "string") {
    say(`error: ${workerCount}`);
    return exitCodes.usage;
  }
  const surface = { isTerminal: process.stderr.isTTY, environment: process.env };
  const hasColour = paintFor(color, surface) !== plain;
  const voice = openVoice(events, hasColour, config.withhold);
  if (voice.isForPrograms) {
    for (const problem of config.problems) {
      voice.tell(problemEvent(problem, "warn"));
    }
  } else await tellProblems(config, { color });
  const { start } = await import("./start.ts");
  return await start({ begin: startPlan, config, workerCount, source, watches, voice });
}

/** To whoever wants something else of the config. */
async function tellProblems(config: LoadedConfig, options: GlobalOptions): Promise<void> {
  const { plan, problems } = config;
  if (problems.length === 0) return;
  for (const line of await pictures(config, process.stderr, options)) say(line);
  say(`${countProblems(problems)}${plan === undefined ? " — config not loaded" : ""}`);
}

/** What draws is imported where there is something to draw. */
async function pictures(
  config: LoadedConfig,
  stream: NodeJS.WriteStream,
  { color }: GlobalOptions,
): Promise<readonly string[]> {
  if (config.problems.length === 0) return [];
  const { lookOf, problemLines } = await import("./report-problems.ts");
  return problemLines(config, lookOf(stream, color));
}
