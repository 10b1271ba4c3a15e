/** Colour on terminals that want it, and nowhere else. */

export type ColourChoice = "auto" | "always" | "never";

/** What a piece of text is, which says how it looks. */
export type Style = "error" | "warning" | "frame" | "related" | "title";
export type Paint = (style: Style, text: string) => string;

export const plain: Paint = (_, text) => text;

/** SGR parameters (ECMA-48 §8.3.117): the 16 colours that every theme has chosen itself. */
const codes: Readonly<Record<Style, string>> = {
  error: "1;31",
  warning: "1;33",
  frame: "34",
  related: "36",
  title: "1",
};

export const coloured: Paint = (style, text) =>
  text === "" ? "" : `\u001b[${codes[style]}m${text}\u001b[0m`;

export interface Surface {
  readonly isTerminal: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What was typed, then `FORCE_COLOR` and `NO_COLOR` (as Node itself does), then the terminal. */
export function paintFor(choice: ColourChoice, { isTerminal, environment }: Surface): Paint {
  if (choice !== "auto") return choice === "always" ? coloured : plain;
  const forced = environment["FORCE_COLOR"];
  if (forced !== undefined) return forced === "0" || forced === "false" ? plain : coloured;
  if (environment["NO_COLOR"] || environment["TERM"] === "dumb") return plain;
  return isTerminal ? coloured : plain;
}
