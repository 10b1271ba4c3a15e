/** `foregate completion`: scripts for shells, made from the commands that there are. */

import type { Command, Option } from "commander";

export type Shell = "bash" | "zsh" | "fish";

interface Words {
  readonly name: string;
  readonly description: string;
  readonly options: readonly {
    readonly long: string;
    readonly short: string | undefined;
    readonly description: string;
    readonly takesFile: boolean;
  }[];
}

export function completionScript(shell: Shell, program: Command): string {
  const everywhere = program.options.filter(({ long }) => long !== "--version");
  const commands = program.commands.map((command) => wordsOf(command, everywhere));
  switch (shell) {
    case "bash":
      return bash(commands);
    case "zsh":
      return `autoload -U +X bashcompinit && bashcompinit\n${bash(commands)}`;
    case "fish":
      return fish(commands);
  }
}

/** `everywhere`: options that every command takes. */
function wordsOf(command: Command, everywhere: readonly Option[]): Words {
  return {
    name: command.name(),
    description: command.description(),
    options: [...command.options, ...everywhere].map(({ long, short, description, flags }) => ({
      long: long ?? "",
      short: short ?? undefined,
      description,
      takesFile: flags.includes("<file>"),
    })),
  };
}

const fileOptions = (commands: readonly Words[]): string =>
  [
    ...new Set(
      commands.flatMap(({ options }) =>
        options.flatMap(({ long, short, takesFile }) => (takesFile ? [short, long] : [])),
      ),
    ),
  ]
    .filter((option) => option !== undefined)
    .join("|");

function bash(commands: readonly Words[]): string {
  const cases = commands.map(({ name, options }) => {
    const words = options.flatMap(({ long, short }) => [long, ...(short ? [short] : [])]);
    return `    ${name}) words="${words.join(" ")} --help" ;;`;
  });
  const names = [...commands.map(({ name }) => name), "--help", "--version"].join(" ");
  return `_foregate() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} words
  case $before in
    ${fileOptions(commands)}) COMPREPLY=($(compgen -f -- "$word")); return ;;
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names}" -- "$word"))
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join("\n")}
    *) words="" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -F _foregate foregate
`;
}

function fish(commands: readonly Words[]): string {
  const lines = commands.flatMap(({ name, description, options }) => [
    `complete -c foregate -f -n __fish_use_subcommand -a ${name} -d ${quoted(description)}`,
    ...options.map(({ long, short, description: about, takesFile }) => {
      const where = `-n '__fish_seen_subcommand_from ${name}'`;
      const names = `-l ${long.slice(2)}${short === undefined ? "" : ` -s ${short.slice(1)}`}`;
      const more = `${takesFile ? "-r -F " : ""}-d ${quoted(about)}`;
      return `complete -c foregate ${where} ${names} ${more}`;
    }),
  ]);
  return `${lines.join("\n")}\n`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "\\'")}'`;
