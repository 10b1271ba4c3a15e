/**
 * The words behind `foregate`, and which command they are. A command's code is imported when it is
 * the one: `foregate --help` waits for no YAML and no schema.
 */

import { Argument, Command, CommanderError, Option } from "commander";

import { nearestWord } from "../config/did-you-mean.ts";
import type * as Commands from "./commands.ts";
import type { Shell } from "./completion.ts";
import { exitCodes } from "./exit-codes.ts";
import type { HashOptions } from "./hash-password.ts";
import type { Starter } from "./init.ts";
import type * as Operate from "./operate.ts";
import { print, say } from "./say.ts";
import type { StartPlan } from "./start.ts";
import { longVersion } from "./version.ts";

const examples = `
Examples:
  foregate 3000                             (http://localhost:8080 to port 3000)
  foregate example.com=:3000 api.example.com=:4000
  foregate proxy --from :80 --to 10.0.0.1:8080 --to 10.0.0.2:8080
  foregate run -c foregate.yaml
  foregate explain http://example.com/api/x -X POST

Docs: docs/cli.md and docs/config.md of the package`;

/** The roof's: the command line lies below it. */
export interface Starting {
  /** There will be a plan in a moment, by all odds. */
  readonly expectPlan: (hasConfig: boolean) => Promise<void>;
  readonly startPlan: StartPlan;
}

/** Resolves with the exit code. */
export async function runCommandLine(
  words: readonly string[],
  starting: Starting,
): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const program = buildProgram({
    ...starting,
    end: (code) => {
      exitCode = code;
    },
  });
  try {
    await program.parseAsync(words, { from: "user" });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // The library has said what was wrong; help that was asked for is no error.
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
}

interface Surroundings extends Starting {
  readonly end: (code: number) => void;
}

/** Every word that the command line knows; docs/cli.md is held against it. */
export function buildProgram(around: Surroundings): Command {
  const program = new Command("foregate")
    .description("A reverse proxy for HTTP/1.1.")
    .exitOverride()
    .showHelpAfterError("(foregate --help shows what there is)")
    .configureOutput({ outputError: (text, write) => write(withMend(text)) })
    .version(longVersion(), "-V, --version", "print the version")
    .addOption(colourOption)
    .argument("[targets...]", "a port, an upstream, or HOST=UPSTREAM: served on :8080")
    // One screen: what a command takes stands in its own help.
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .addHelpText("after", examples)
    .helpCommand(false)
    .action(async (targets: readonly string[]) => {
      around.end(await serveWords(targets, program, around));
    });
  addRunning(program, around);
  addOperating(program, around);
  addLooking(program, around);
  addBeginning(program, around);
  return program;
}

const colourOption = new Option("--color <when>", "colour in what people read")
  .choices(["auto", "always", "never"])
  .default("auto");

const configOption = ["-c, --config <file>", "the config; - reads standard input"] as const;
const envFileOption = ["--env-file <file>", "variables for placeholders: NAME=value"] as const;

const execOption = ["--no-exec", "refuse a config that is code instead of running it"] as const;

function addRunning(program: Command, { expectPlan, startPlan, end }: Surroundings): void {
  program
    .command("run")
    .helpGroup("Run:")
    .description("start with a config file")
    .option(...configOption)
    .option(...envFileOption)
    .option("--watch", "read the config again when its files change")
    .action(async (options: Commands.RunOptions) => {
      await expectPlan(true);
      end(await (await commands()).run({ ...options, ...globals(program) }, startPlan));
    });
  program
    .command("proxy")
    .helpGroup("Run:")
    .summary("start without one: an address to one or more upstreams")
    .description("start without a config file: one address to one or more upstreams")
    .option("--from <address>", "where to listen, or the host to answer for", ":8080")
    .requiredOption("--to <upstream>", "where requests go; may be repeated", collect)
    .option("--balance <how>", "how to choose among upstreams")
    .action(async (options: { from: string; to: readonly string[]; balance?: string }) => {
      const { from, to, balance } = options;
      const wishes = { from, to, balance, ...globals(program) };
      await expectPlan(false);
      end(await (await commands()).proxy(wishes, startPlan));
    });
}

const adminOption = [
  "--admin <socket>",
  "where it is asked, if not where its config says",
] as const;

/** Commands that speak to a program that runs. */
function addOperating(program: Command, { end }: Surroundings): void {
  const add = (name: string, description: string): Command =>
    program
      .command(name)
      .helpGroup("Operate:")
      .description(description)
      .option("-c, --config <file>", "the config that the program runs with")
      .option(...adminOption)
      .option("--json", "as JSON");
  const operate = (): Promise<typeof Operate> => import("./operate.ts");
  add("status", "show what a running program does").action(
    async (options: Operate.OperateOptions) => end(await (await operate()).status(options)),
  );
  add("workers", "show the workers of a running program")
    .option("--renew", "replace each by another one, whose code is read anew")
    .action(async (options: Operate.OperateOptions & { renew?: true }) =>
      end(await (await operate()).workers(options)),
    );
  add("reload", "have a running program read its config again, and wait for it").action(
    async (options: Operate.OperateOptions) => end(await (await operate()).reload(options)),
  );
  add("diff", "show what a reload would change").action(async (options: Operate.OperateOptions) =>
    end(await (await operate()).diff(options)),
  );
  add("rollback", "put an earlier config in force again")
    .argument("[back]", "how many configs before this one", "1")
    .action(async (back: string, options: Operate.OperateOptions) =>
      end(await (await operate()).rollback(back, options)),
    );
  add("stop", "stop a running program, and wait until it has")
    .option("--now", "cut what is in flight")
    .action(async (options: Operate.StopOptions) => end(await (await operate()).stop(options)));
}

function addLooking(program: Command, { end }: Surroundings): void {
  program
    .command("check")
    .helpGroup("Config:")
    .description("read a config and say everything that is wrong with it")
    .option(...configOption)
    .option(...envFileOption)
    .option(...execOption)
    .option("--json", "print the problems as JSON")
    .option("--strict", "fail on warnings, too")
    .action(async (options: Commands.CheckOptions) => {
      end(await (await commands()).check({ ...options, ...globals(program) }));
    });
  program
    .command("print")
    .helpGroup("Config:")
    .description("show the config as it is in force, every default in its place")
    .option(...configOption)
    .option(...envFileOption)
    .option(...execOption)
    .option("--json", "as JSON")
    .action(async (options: Commands.LookOptions & { json?: true }) => {
      end(await (await commands()).printConfig({ ...options, ...globals(program) }));
    });
  program
    .command("hash-password")
    .helpGroup("Config:")
    .summary("read a password, print what a config holds of it")
    .description("read a password from standard input and print what a config holds of it")
    .option("--algorithm <name>", "scrypt, argon2id or bcrypt", "scrypt")
    .action(async (options: HashOptions) => {
      const { hashPassword } = await import("./hash-password.ts");
      end(await hashPassword(options));
    });
  program
    .command("explain")
    .helpGroup("Config:")
    .description("say what would become of a request, and why: nothing is sent")
    .argument("<url>", "http://host/path, as a client would ask for it")
    .option(...configOption)
    .option(...envFileOption)
    .option(...execOption)
    .option("-X, --method <method>", "the request's method", "GET")
    .option("-H, --header <line>", "a field of the request; may be repeated", collect)
    .option("--peer <address>", "the address of whoever connects", "127.0.0.1")
    .option("--json", "print the explanation as JSON")
    .action(async (url: string, options: Commands.ExplainOptions) => {
      end(await (await commands()).explain(url, { ...options, ...globals(program) }));
    });
  program
    .command("version")
    .helpGroup("Help:")
    .description("print the version")
    .action(() => print(longVersion()));
}

function addBeginning(program: Command, { end }: Surroundings): void {
  program
    .command("init")
    .helpGroup("Config:")
    .summary("write a config, a systemd unit or a Dockerfile to begin with")
    .description("write a file to begin with: a config, a systemd unit or a Dockerfile")
    .addArgument(new Argument("[what]", "what to write").choices(starters).default("config"))
    .action(async (what: Starter) => {
      end(await (await commands()).init(what));
    });
  program
    .command("doctor")
    .helpGroup("Help:")
    .summary("see whether all is there that a config needs")
    .description(
      "see whether all is there that a config needs: connects to upstreams, binds nothing",
    )
    .option(...configOption)
    .option(...envFileOption)
    .option(...execOption)
    .option("--json", "as JSON")
    .action(async (options: Commands.LookOptions & { json?: true }) => {
      end(await (await commands()).doctor({ ...options, ...globals(program) }));
    });
  program
    .command("env")
    .helpGroup("Help:")
    .description("show what this program finds around it")
    .option("--json", "as JSON")
    .action(async (options: { json?: true }) => {
      end(await (await commands()).env(options));
    });
  program
    .command("completion")
    .helpGroup("Help:")
    .summary("print a completion script for a shell")
    .description("print a completion script: source <(foregate completion bash)")
    .addArgument(new Argument("<shell>").choices(shells))
    .action(async (shell: Shell) => {
      const { completionScript } = await import("./completion.ts");
      print(completionScript(shell, program).trimEnd());
    });
  program
    .command("help")
    .helpGroup("Help:")
    .description("say what a command does")
    .argument("[command]", "the command; without one, all there are")
    .action((name: string | undefined) => {
      end(help(name, program));
    });
}

/** The library's own would answer a mistyped name with everything, and not say what was wrong. */
function help(name: string | undefined, program: Command): number {
  const meant = program.commands.find((command) => command.name() === name);
  if (name === undefined || meant !== undefined) {
    (meant ?? program).outputHelp();
    return exitCodes.ok;
  }
  say(`error: ${mistakeIn(name, program)}`);
  return exitCodes.usage;
}

/** The code behind these words is imported when one of them was said. */
const starters: readonly Starter[] = ["config", "typescript", "systemd", "docker", "compose"];
const shells: readonly Shell[] = ["bash", "zsh", "fish"];

const globals = (program: Command): Commands.GlobalOptions => program.opts();

const commands = (): Promise<typeof Commands> => import("./commands.ts");

const collect = (word: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  word,
];

/** Words that are no command: targets, or a mistake. */
async function serveWords(
  targets: readonly string[],
  program: Command,
  { expectPlan, startPlan }: Surroundings,
): Promise<number> {
  const [first] = targets;
  if (first === undefined) {
    program.outputHelp();
    return exitCodes.ok;
  }
  if (/^\d+$|[:=]/.test(first)) {
    await expectPlan(false);
    return (await commands()).serveTargets(targets, globals(program), startPlan);
  }
  say(`error: ${mistakeIn(first, program)}`);
  return exitCodes.usage;
}

const configName = /\S+\.(?:ya?ml|jsonc?|m?[jt]s)\b/;

/** A config that is named without -c, or without a command, is what other programs take. */
function withMend(text: string): string {
  if (/^error: unknown option '(?:-c|--config)'/.test(text)) {
    return text.replace(/\n$/, "\n(it stands behind a command: foregate run -c FILE)\n");
  }
  const [file] = (text.startsWith("error: too many arguments") && configName.exec(text)) || [];
  return file === undefined ? text : text.replace(/\n$/, `\n(a config is named with -c ${file})\n`);
}

function mistakeIn(word: string, program: Command): string {
  if (configName.test(word)) {
    return `unknown command '${word}' (to start with a config file: foregate run -c ${word})`;
  }
  const names = program.commands.map((command) => command.name());
  const meant = nearestWord(word, names);
  const mend =
    meant === undefined ? "foregate --help shows what there is" : `did you mean ${meant}?`;
  return `unknown command '${word}' (${mend})`;
}
