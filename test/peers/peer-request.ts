/** One ordinary request of the comparison, and short ways to write one down. */

import type { AnswerName } from "./answers.ts";

export interface PeerRequest {
  /** Unique: messages and the docs name it. */
  readonly name: string;
  /** All that the client sends, one character a byte. */
  readonly bytes: string;
  /** What the client holds back until it has read a 100 or a final answer. */
  readonly afterContinue?: string;
  /** What the upstream answers; `page` by default. */
  readonly answer?: AnswerName;
  /** Of each request in `bytes`, where there are several. */
  readonly methods?: readonly string[];
}

/** The name under which clients know the site. */
export const site = "www.example.com";

export interface Wish {
  readonly target?: string;
  readonly version?: "1.0" | "1.1";
  /** Field lines; `Host` is put before them. */
  readonly fields?: readonly string[];
  /** Instead of the usual `Host` line; "" for none. */
  readonly host?: string;
  /** Framed by `Content-Length`. */
  readonly body?: string;
  /** Framed as chunks: this is the data of each. */
  readonly chunks?: readonly string[];
  /** Field lines behind the last chunk. */
  readonly trailers?: readonly string[];
  readonly answer?: AnswerName;
}

export function ask(name: string, method: string, wish: Wish = {}): PeerRequest {
  const bytes = messageOf(method, wish);
  return wish.answer === undefined ? { name, bytes } : { name, bytes, answer: wish.answer };
}

/** A GET with these field lines. */
export function get(name: string, ...fields: readonly string[]): PeerRequest {
  return ask(name, "GET", { fields });
}

/** A GET of this target. */
export function fetchOf(name: string, target: string): PeerRequest {
  return ask(name, "GET", { target });
}

export function messageOf(method: string, wish: Wish): string {
  const { target = "/page", version = "1.1", fields = [], host = `Host: ${site}` } = wish;
  const lines = [`${method} ${target} HTTP/${version}`, host, ...fields, ...framingOf(wish)];
  return `${lines.filter((line) => line !== "").join("\r\n")}\r\n\r\n${bodyOf(wish)}`;
}

function framingOf({ body, chunks }: Wish): readonly string[] {
  if (chunks !== undefined) return ["Transfer-Encoding: chunked"];
  return body === undefined ? [] : [`Content-Length: ${body.length}`];
}

function bodyOf({ body, chunks, trailers = [] }: Wish): string {
  if (chunks === undefined) return body ?? "";
  const data = chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join("");
  return `${data}0\r\n${trailers.map((line) => `${line}\r\n`).join("")}\r\n`;
}
