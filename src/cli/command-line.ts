/**
 * The words behind `foregate`, and which command they are. A command's code is imported when it is
 * the one: `foregate --help` waits for no YAML and no schema.
 */

import { Command, CommanderError } from "commander";

import { nearestWord } from "../config/did-you-mean.ts";
import type { ConfigOptions } from "./commands.ts";
import { exitCodes } from "./exit-codes.ts";
import { print, say } from "./say.ts";
import { longVersion } from "./version.ts";

const examples = `
Examples:
  foregate 3000                                    http://localhost:8080 to port 3000
  foregate example.com=:3000 api.example.com=:4000
  foregate proxy --from :80 --to 10.0.0.1:8080 --to 10.0.0.2:8080
  foregate run -c foregate.yaml
  foregate check --json`;

/** Resolves with the exit code. */
export async function runCommandLine(words: readonly string[]): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const program = buildProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(words, { from: "user" });
    return exitCode;
  } catch (error) {
    // The library has said what was wrong; help that was asked for is no error.
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    throw error;
  }
}

function buildProgram(end: (code: number) => void): Command {
  const program = new Command("foregate")
    .description("A reverse proxy and web accelerator.")
    .exitOverride()
    .showHelpAfterError("(foregate --help shows what there is)")
    .version(longVersion(), "-V, --version", "print the version")
    .argument("[targets...]", "a port, an upstream, or HOST=UPSTREAM: served on :8080")
    .addHelpText("after", examples)
    .helpCommand("help [command]", "say what a command does")
    .action(async (targets: readonly string[]) => end(await serveWords(targets, program)));
  addRunning(program, end);
  addHelping(program, end);
  return program;
}

const configOption = ["-c, --config <file>", "the config; - reads standard input"] as const;

function addRunning(program: Command, end: (code: number) => void): void {
  program
    .command("run")
    .description("start with a config file")
    .option(...configOption)
    .action(async (options: ConfigOptions) => end(await (await commands()).run(options)));
  program
    .command("proxy")
    .description("start without a config file: one address to one or more upstreams")
    .option("--from <address>", "where to listen, or the host to answer for", ":8080")
    .requiredOption("--to <upstream>", "where requests go; may be repeated", collect)
    .option("--balance <how>", "how to choose among upstreams")
    .action(async (options: { from: string; to: readonly string[]; balance?: string }) => {
      const { from, to, balance } = options;
      end(await (await commands()).proxy({ from, to, balance }));
    });
}

function addHelping(program: Command, end: (code: number) => void): void {
  program
    .command("check")
    .description("read a config and say everything that is wrong with it")
    .option(...configOption)
    .option("--json", "print the problems as JSON")
    .action(async (options: ConfigOptions & { json?: true }) => {
      end(await (await commands()).check(options));
    });
  program
    .command("version")
    .description("print the version")
    .action(() => print(longVersion()));
}

const commands = (): Promise<typeof import("./commands.ts")> => import("./commands.ts");

const collect = (word: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  word,
];

/** Words that are no command: targets, or a mistake. */
async function serveWords(targets: readonly string[], program: Command): Promise<number> {
  const [first] = targets;
  if (first === undefined) {
    program.outputHelp();
    return exitCodes.ok;
  }
  if (/\.(?:ya?ml|json)$/.test(first)) {
    say(`error: to start with a config file: foregate run -c ${first}`);
    return exitCodes.usage;
  }
  if (!/^\d+$|[:=/]/.test(first)) {
    const meant = nearestWord(
      first,
      program.commands.map((command) => command.name()),
    );
    const help =
      meant === undefined ? "foregate --help shows what there is" : `did you mean ${meant}?`;
    say(`error: unknown command '${first}' (${help})`);
    return exitCodes.usage;
  }
  return (await commands()).serveTargets(targets);
}
