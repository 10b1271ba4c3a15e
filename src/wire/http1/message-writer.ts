/**
 * Writes messages: text that waits to go out, and the framing of the body behind it (RFC 9112 §6,
 * §7). A head, a small body and the last chunk leave as one string, which is one write; a large
 * piece is never copied: the driver writes the waiting text, then the piece itself.
 */

import { assert } from "../../base/assert.ts";
import type { Fields } from "../../http/fields.ts";

/** How the end of the body is told. `close`: by the end of the connection; `raw`: a tunnel. */
export type SentFraming = "none" | "sized" | "chunked" | "close" | "raw";

/**
 * Up to this many bytes, head and all, a piece is copied into the waiting text: below 16 KB the
 * runtime writes a string from its stack, and one write is far cheaper than two.
 */
const copiedBytesMax = 16_000;

export class MessageWriter {
  #text = "";
  #framing: SentFraming = "none";
  #bytesLeft = 0;
  #isChunkOpen = false;

  /** Bytes that wait to go out. */
  get textLength(): number {
    return this.#text.length;
  }

  /** What waits to go out, one character a byte; it waits no longer. */
  takeText(): string {
    const text = this.#text;
    this.#text = "";
    return text;
  }

  /** An interim head: nothing follows it that belongs to it. */
  interim(head: string): void {
    this.#text += head;
  }

  /** The head of a message; `bytes` counts only if the body is `sized`. */
  begin(head: string, framing: SentFraming, bytes: number): void {
    this.#text += head;
    this.#framing = framing;
    this.#bytesLeft = bytes;
    this.#isChunkOpen = false;
  }

  /** True: the piece is in the waiting text. False: write `takeText()`, and then the piece. */
  piece(piece: Buffer): boolean {
    // A chunk of no bytes would be the last one.
    if (piece.length === 0) return true;
    this.#frame(piece.length);
    if (this.#text.length + piece.length > copiedBytesMax) return false;
    this.#text += piece.toString("latin1", 0, piece.length);
    return true;
  }

  /** The body is whole. A sized body with bytes missing is our bug: whoever noticed has aborted. */
  end(trailers: Fields | undefined): void {
    assert(this.#framing !== "sized" || this.#bytesLeft === 0, "a sized body ends with its size");
    if (this.#framing !== "chunked") return;
    const before = this.#isChunkOpen ? "\r\n0\r\n" : "0\r\n";
    this.#text += trailers === undefined ? `${before}\r\n` : `${before}${trailers.write()}\r\n`;
  }

  #frame(bytes: number): void {
    switch (this.#framing) {
      case "none":
        assert(false, "a message without a body gets none");
        break;
      case "sized":
        assert(bytes <= this.#bytesLeft, "a sized body is not longer than its size");
        this.#bytesLeft -= bytes;
        break;
      case "chunked":
        this.#text += `${this.#isChunkOpen ? "\r\n" : ""}${bytes.toString(16)}\r\n`;
        this.#isChunkOpen = true;
        break;
      case "close":
      case "raw":
        break;
    }
  }
}
