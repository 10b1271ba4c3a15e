/**
 * The chunked transfer coding as a machine that owns no socket (RFC 9112 §7.1).
 *
 *   bytes ──▶ feed() ──▶ how many were read, and the piece of the body among them
 *
 * Strict on purpose: a size line ends in CRLF, and so does every chunk; no byte is skipped unread.
 * Reading either one loosely is how two hops come to disagree about where a message ends.
 *
 * `isDone` means the last chunk's size line was read. The trailer section that follows is field
 * lines, so the head scanner reads it, not this file.
 */

/** Longest run of chunk extensions in one line, in bytes: nobody sends any (CVE-2024-22019). */
const extensionBytesMax = 256;

/** In a whole body, in bytes: a line under the limit may not be repeated for ever either. */
const extensionBytesTotalMax = 4_096;

/** Digits of a chunk size: 2^48 bytes is far above any real one, and below where doubles err. */
const sizeDigitsMax = 12;

const tab = 0x09;
const lf = 0x0a;
const cr = 0x0d;
const space = 0x20;
const quote = 0x22;
const semicolon = 0x3b;
const backslash = 0x5c;

type State =
  | "size"
  | "extension"
  | "quoted"
  | "quoted-pair"
  | "size-lf"
  | "data"
  | "data-cr"
  | "data-lf"
  | "done";

export class ChunkedDecoder {
  #state: State = "size";
  #bytesLeft = 0;
  #sizeDigits = 0;
  #extensionBytes = 0;
  #extensionBytesTotal = 0;
  /** Where the piece found by the last `feed` lies in its input; empty if both are equal. */
  pieceStart = 0;
  pieceEnd = 0;

  get isDone(): boolean {
    return this.#state === "done";
  }

  restart(): void {
    this.#state = "size";
    this.#bytesLeft = 0;
    this.#sizeDigits = 0;
    this.#extensionBytes = 0;
    this.#extensionBytesTotal = 0;
  }

  /**
   * Reads `input` from `start` up to one piece of the body, the last chunk, or `end`. Returns the
   * index of the first byte that was not read, or -1 - the index of a byte that is out of place.
   */
  feed(input: Uint8Array, start: number, end: number): number {
    this.pieceStart = this.pieceEnd = 0;
    let at = start;
    while (at < end && this.#state !== "done") {
      if (this.#state === "data") {
        this.pieceStart = at;
        this.pieceEnd = Math.min(end, at + this.#bytesLeft);
        this.#bytesLeft -= this.pieceEnd - at;
        if (this.#bytesLeft === 0) this.#state = "data-cr";
        return this.pieceEnd;
      }
      const next = this.#next(this.#state, input[at]!);
      if (next === undefined) return -1 - at;
      this.#state = next;
      at += 1;
    }
    return at;
  }

  /** One byte of framing: the whole grammar, one state to a line; undefined: out of place. */
  #next(state: Exclude<State, "data" | "done">, byte: number): State | undefined {
    switch (state) {
      case "size":
        return this.#sizeByte(byte);
      case "extension":
        return this.#extensionByte(byte);
      case "quoted":
        return this.#quotedByte(byte);
      case "quoted-pair":
        return this.#isExtensionByte(byte) ? "quoted" : undefined;
      case "size-lf":
        return byte === lf ? this.#afterSize() : undefined;
      case "data-cr":
        return byte === cr ? "data-lf" : undefined;
      case "data-lf":
        return byte === lf ? "size" : undefined;
    }
  }

  #sizeByte(byte: number): State | undefined {
    const digit = hexValue(byte);
    if (digit < 0) return this.#sizeDigits > 0 ? this.#sizeEndByte(byte) : undefined;
    if (this.#sizeDigits === sizeDigitsMax) return undefined;
    this.#sizeDigits += 1;
    this.#bytesLeft = this.#bytesLeft * 16 + digit;
    return "size";
  }

  #sizeEndByte(byte: number): State | undefined {
    if (byte === cr) return "size-lf";
    return byte === semicolon ? "extension" : undefined;
  }

  /** Extensions mean nothing to us: we drop them, but never past a bare CR, LF or control. */
  #extensionByte(byte: number): State | undefined {
    if (byte === cr) return "size-lf";
    if (!this.#isExtensionByte(byte)) return undefined;
    return byte === quote ? "quoted" : "extension";
  }

  /** Inside quotes `;` is data, and so is a quoted pair; a line end is never (threat 42). */
  #quotedByte(byte: number): State | undefined {
    if (!this.#isExtensionByte(byte)) return undefined;
    if (byte === quote) return "extension";
    return byte === backslash ? "quoted-pair" : "quoted";
  }

  #isExtensionByte(byte: number): boolean {
    this.#extensionBytes += 1;
    this.#extensionBytesTotal += 1;
    const isText = byte === tab || (byte >= space && byte !== 0x7f);
    return (
      isText &&
      this.#extensionBytes <= extensionBytesMax &&
      this.#extensionBytesTotal <= extensionBytesTotalMax
    );
  }

  #afterSize(): State {
    this.#sizeDigits = 0;
    this.#extensionBytes = 0;
    return this.#bytesLeft === 0 ? "done" : "data";
  }
}

/** The value of an ASCII hex digit, or -1. */
function hexValue(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1;
}
