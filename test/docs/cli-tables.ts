/**
 * The tables of `docs/cli.md`, from the commands themselves: a section for each, and in it a row
 * for each argument and option. `node test/docs/cli-tables.ts --write` puts them into the page, and
 * adds a section for a command that has none; what else the page says is written by hand.
 */

import { writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Argument, Command, Option } from "commander";

import { buildProgram } from "../../src/cli/command-line.ts";
import { readPage, root } from "../support/pages.ts";

const page = "docs/cli.md";

export interface CommandSection {
  /** As its heading calls it: `foregate` is the program itself, without a command. */
  readonly name: string;
  readonly description: string;
  /** Ends in a line end; "" for a command with nothing to choose. */
  readonly table: string;
}

export function commandSections(): readonly CommandSection[] {
  const program = buildProgram({
    expectPlan: () => Promise.resolve(),
    startPlan: () => Promise.reject(new Error("nothing is started here")),
    end: () => undefined,
  });
  const sections = program.commands.map((command) => sectionOf(command, command.name()));
  return [sectionOf(program, "foregate"), ...sections];
}

function sectionOf(command: Command, name: string): CommandSection {
  const rows = [
    ...command.registeredArguments.map(argumentRow),
    ...command.options.map((option) => optionRow(option)),
  ];
  const head = "| what | means | default |\n| --- | --- | --- |\n";
  const table = rows.length === 0 ? "" : head + rows.join("");
  return { name, description: command.description(), table };
}

function argumentRow(argument: Argument): string {
  const name = argument.variadic ? `${argument.name()}...` : argument.name();
  const shown = argument.required ? `<${name}>` : `[${name}]`;
  return row(shown, argument);
}

function optionRow(option: Option): string {
  return row(option.flags, option);
}

interface Described {
  readonly description: string;
  readonly argChoices?: readonly string[];
  readonly defaultValue?: unknown;
}

function row(shown: string, { description, argChoices, defaultValue }: Described): string {
  const choices = argChoices === undefined ? "" : listOf(argChoices);
  const means = [description, choices].filter((part) => part !== "").join(": ");
  const usual = typeof defaultValue === "string" ? `\`${defaultValue}\`` : "";
  return `| \`${shown}\` | ${means} | ${usual}${usual === "" ? "" : " "}|\n`;
}

function listOf(words: readonly string[]): string {
  const shown = words.map((word) => `\`${word}\``);
  return `${shown.slice(0, -1).join(", ")} or ${shown.at(-1)}`;
}

/** The table of a section of the page; undefined: there is no such section. */
export function tableOnPage(text: string, name: string): string | undefined {
  const section = sectionPattern(name).exec(text)?.[0];
  return section && (tablePattern.exec(section)?.[0] ?? "");
}

const sectionPattern = (name: string): RegExp =>
  new RegExp(`^## ${name}\\n[^]*?(?=^## |$(?![^]))`, "m");

const tablePattern = /^\| what \| means \| default \|\n(?:\|.*\n)+/m;

function withTable(text: string, { name, description, table }: CommandSection): string {
  const section = sectionPattern(name).exec(text)?.[0];
  if (section === undefined) {
    const sentence = description.charAt(0).toUpperCase() + description.slice(1);
    const added = `## ${name}\n\n${sentence}.\n\n${table}${table === "" ? "" : "\n"}`;
    return text.replace(/^## Exit codes$/m, () => `${added}## Exit codes`);
  }
  const old = tablePattern.exec(section)?.[0] ?? "";
  if (old === table) return text;
  const mended =
    old === "" ? `${section.trimEnd()}\n\n${table}\n` : section.replace(old, () => table);
  return text.replace(section, () => mended);
}

if (import.meta.main && process.argv.includes("--write")) {
  const text = commandSections().reduce(withTable, readPage(page));
  writeFileSync(join(root, page), text);
}
