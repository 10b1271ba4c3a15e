/** Colours of lines that people watch on a terminal. */

/** `colour`: SGR parameters (ECMA-48 §8.3.117). */
export type PaintWords<Colour extends string> = (text: string, colour: Colour) => string;

export const plain: PaintWords<string> = (text) => text;
export const coloured: PaintWords<string> = (text, colour) => `\x1b[${colour}m${text}\x1b[0m`;
