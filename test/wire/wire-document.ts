/**
 * Reads wire documents: Markdown with pairs of blocks, the bytes and what is made of them, and
 * prose on why. `documents/README.md` says how they are written.
 */

export interface WireDocumentCase {
  readonly name: string;
  /** The line of the document at which its bytes begin. */
  readonly line: number;
  /** What the block's first line says behind `http`: "" for requests, or `response to METHOD`. */
  readonly kind: string;
  readonly wire: string;
  readonly events: readonly string[];
}

interface Block {
  readonly info: string;
  readonly line: number;
  readonly lines: readonly string[];
  readonly heading: string;
}

/** Throws on a document whose blocks do not come in pairs: a case may not be lost silently. */
export function readWireDocument(text: string): readonly WireDocumentCase[] {
  const blocks = readBlocks(text);
  const cases: WireDocumentCase[] = [];
  for (let at = 0; at < blocks.length; at += 2) {
    const [bytes, events] = [blocks[at], blocks[at + 1]];
    if (bytes === undefined || events === undefined) throw new Error("a block without its pair");
    const isPair = /^http\b/.test(bytes.info) && events.info === "events";
    if (!isPair) throw new Error(`line ${bytes.line}: want http and events, in this order`);
    cases.push({
      name: bytes.heading,
      line: bytes.line,
      kind: bytes.info.slice("http".length).trim(),
      wire: bytes.lines.map(unescaped).join("\r\n").replaceAll("\\\r\n", ""),
      events: events.lines,
    });
  }
  return cases;
}

function readBlocks(text: string): readonly Block[] {
  const blocks: Block[] = [];
  let heading = "";
  let open: { info: string; line: number; lines: string[] } | undefined;
  for (const [at, line] of text.split("\n").entries()) {
    if (open !== undefined && line === "```") {
      blocks.push({ ...open, heading });
      open = undefined;
    } else if (open !== undefined) open.lines.push(line);
    else if (line.startsWith("```")) open = { info: line.slice(3), line: at + 1, lines: [] };
    else if (line.startsWith("#")) heading = line.replace(/^#+ */, "");
  }
  if (open !== undefined) throw new Error(`line ${open.line}: a block without end`);
  return blocks;
}

const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", "0": "\0" };

function unescaped(line: string): string {
  return line.replaceAll(/\\(?:x([0-9a-f]{2})|([nrt0]))/g, (_, hex?: string, letter?: string) =>
    hex === undefined
      ? (escapes[letter ?? ""] ?? "")
      : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
