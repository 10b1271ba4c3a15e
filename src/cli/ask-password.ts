/** A password from whoever types it, unseen and twice, or from a pipe. */

import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { buffer } from "node:stream/consumers";

import { decodeText } from "../config/decode-text.ts";

/** The password, or why there is none. */
export type Asked = { readonly password: string } | { readonly problem: string };

/** A line of standard input, or of a file: the end of it is no part of the password. */
export async function readPassword(input: NodeJS.ReadableStream): Promise<Asked> {
  const text = decodeText(await buffer(input));
  if (typeof text !== "string") return { problem: "the password is not UTF-8 text" };
  return { password: text.replace(/\r?\n$/, "") };
}

/** `input` is a terminal; nothing of what is typed is shown. */
export async function askPassword(
  input: NodeJS.ReadableStream,
  prompt: (text: string) => void,
): Promise<Asked> {
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input, output: silence, terminal: true, historySize: 0 });
  // Ctrl-C comes as a key, since the terminal is read raw.
  reader.on("SIGINT", () => reader.close());
  const lines = reader[Symbol.asyncIterator]();
  const ask = async (question: string): Promise<string | undefined> => {
    prompt(question);
    const { value, done } = await lines.next();
    prompt("\n");
    return done === true ? undefined : value;
  };
  try {
    const first = await ask("Password: ");
    if (first === undefined) return brokenOff;
    if (first === "") return { problem: emptyPassword };
    const second = await ask("The same again: ");
    if (second === undefined) return brokenOff;
    return second === first ? { password: first } : { problem: "they are not the same" };
  } finally {
    reader.close();
  }
}

const brokenOff: Asked = { problem: "it was broken off" };

export const emptyPassword = "the password is empty";
