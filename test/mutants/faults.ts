/**
 * Faults that a parser of HTTP/1 has had somewhere, each as a change of our source. The text is
 * looked for with any white space in the place of a blank, and must be there exactly once.
 */

export interface Fault {
  /** What the program does with it. */
  readonly name: string;
  /** Below src/. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

function faultsIn(
  file: string,
  rows: readonly (readonly [name: string, from: string, to: string])[],
): readonly Fault[] {
  return rows.map(([name, from, to]) => ({ name, file: `wire/http1/${file}`, from, to }));
}

const startLine = faultsIn("start-line.ts", [
  [
    "a bare LF ends the request line",
    'if (bytes[at] !== cr) throw misplaced(scan, "version", bytes[at]!);',
    "if (bytes[at] === lf) return (scan.lineState = startLine.done), !stopAt(scan, at + 1 - base);",
  ],
  [
    "any byte may follow the CR of the first line",
    'if (bytes[at] !== lf) throw misplaced(scan, "end of the first line", bytes[at]!);',
    "",
  ],
  [
    "HTTP/2.0 passes for HTTP/1.0",
    "if (byte !== versionText.charCodeAt(scan.versionAt)) throw",
    "if (byte !== versionText.charCodeAt(scan.versionAt) && scan.versionAt !== 5) throw",
  ],
  ["a fragment is part of the target", "byte === hash ? 0 : 1", "1"],
  [
    "the target's limit is off by one",
    "> scan.limits.targetBytesMax) throw",
    ">= scan.limits.targetBytesMax) throw",
  ],
  [
    "empty lines before a request without end",
    "bytes[at] === cr && scan.emptyLines < emptyLinesMax",
    "bytes[at] === cr",
  ],
  ["a status of two digits", "scan.statusDigits < 4", "scan.statusDigits < 3"],
]);

const fieldLines = faultsIn("field-lines.ts", [
  [
    "a bare LF ends a field line",
    'if (bytes[at] !== cr) throw wrongByte(scan, "field value", at - base, bytes[at]!);',
    "if (bytes[at] === lf) { markLine(scan, bytes, base, at++); state = field.line; continue; }",
  ],
  [
    "any byte may follow a CR",
    'if (bytes[at] !== lf) throw misplaced(scan, "end of a line", bytes[at]!);',
    "",
  ],
  ["space before the colon in requests", "while (scan.isResponse && at < end", "while (at < end"],
  [
    "folded lines in requests",
    "if (!scan.isResponse || !isBlank(bytes[at]!)",
    "if (!isBlank(bytes[at]!)",
  ],
  ["folded lines are not mended", "bytes[at - 2] = space; bytes[at - 1] = space;", ""],
  ["NUL and controls in a value", "byte === 0x7f ? 0 : 1;", "1; valueByte[0] = 1;"],
  [
    "the field's limit is off by one",
    "> scan.limits.fieldBytesMax",
    ">= scan.limits.fieldBytesMax",
  ],
  [
    "one field more than allowed",
    "scan.limits.fieldsMax * marksPerLine",
    "(scan.limits.fieldsMax + 1) * marksPerLine",
  ],
  [
    "the head's limit is off by one",
    "scan.at <= scan.limits.headBytesMax ||",
    "scan.at < scan.limits.headBytesMax ||",
  ],
  [
    "blanks behind a value are kept",
    "isBlank(bytes[valueEnd - 1]!)) valueEnd--;",
    "false) valueEnd--;",
  ],
]);

const scanHead = faultsIn("scan-head.ts", [
  [
    "what is behind the limit decides the failure",
    "Math.min(end, base + scan.limits.headBytesMax + 1)",
    "end",
  ],
]);

const requestHead = faultsIn("request-head.ts", [
  [
    "Transfer-Encoding silently wins over Content-Length",
    'if (found.lengthCount > 0) throw refuse("it has Content-Length and Transfer-Encoding");',
    "",
  ],
  [
    "the last of two lengths wins",
    'if (found.lengthCount > 1) throw refuse("it has more than one Content-Length");',
    "",
  ],
  ["the last of two codings wins", "found.codingCount > 1 ||", ""],
  [
    "any list of codings that ends in chunked",
    'found.coding?.toLowerCase() !== "chunked"',
    '!found.coding?.toLowerCase().endsWith("chunked")',
  ],
  [
    "chunked in HTTP/1.0",
    'if (head.version === "1.0") throw refuse("HTTP/1.0 has no Transfer-Encoding");',
    "",
  ],
  ["look-alikes go on", "else if (field === lookAlike) marks[at] = removed;", ""],
  [
    "HTTP/1.0 stays by default",
    "isOld ? connection.keepAlive && !connection.close :",
    "isOld ? !connection.close :",
  ],
  ["two Hosts", 'if (found.hostCount > 1) throw refuse("it has more than one Host");', ""],
  [
    "no Host",
    'if (found.host === undefined && head.version === "1.1") throw refuse("it has no Host");',
    "",
  ],
  [
    "Host wins over the target",
    "readAbsoluteForm(head);",
    "readAbsoluteForm(head); if (host !== undefined) setAuthority(head, host);",
  ],
  [
    "Connection may name Content-Length",
    'if (connection.isRefused) throw refuse("Connection names what may not be removed");',
    "",
  ],
  [
    "fields that Connection names go on",
    "if (connection.named.size > 0) removeNamed(text, marks, connection.named);",
    "",
  ],
  [
    "any expectation is taken",
    'if (found.expect.toLowerCase() !== "100-continue") {',
    "if (false) {",
  ],
  ["Upgrade without Connection", "if (connection.upgrade && found.upgrade", "if (found.upgrade"],
]);

const connectionOptions = faultsIn("connection-options.ts", [
  [
    "blanks of Unicode are taken for blanks",
    "trimBlanks(option).toLowerCase()",
    "option.trim().toLowerCase()",
  ],
]);

const chunked = faultsIn("chunked.ts", [
  [
    "the CR behind a chunk is skipped unread",
    'return byte === cr ? "data-lf" : undefined;',
    'return "data-lf";',
  ],
  [
    "the LF behind a chunk is skipped unread",
    'return byte === lf ? "size" : undefined;',
    'return "size";',
  ],
  [
    "a bare LF ends a size",
    'if (byte === cr) return "size-lf"; return byte === semicolon',
    'return byte === lf ? this.#afterSize() : byte === cr ? "size-lf" : byte === semicolon',
  ],
  [
    "a size of any number of digits",
    "if (this.#sizeDigits === sizeDigitsMax) return undefined;",
    "",
  ],
  [
    "quotes in an extension are not respected",
    'return byte === quote ? "quoted" : "extension";',
    'return "extension";',
  ],
  [
    "LF in an extension",
    "(byte >= space && byte !== 0x7f)",
    "(byte >= space && byte !== 0x7f) || byte === lf",
  ],
  ["extensions without end", "this.#extensionBytes <= extensionBytesMax &&", ""],
  ["extensions without end in all", "this.#extensionBytesTotal <= extensionBytesTotalMax", "true"],
]);

const messageReader = faultsIn("message-reader.ts", [
  [
    "trailers are not filtered",
    "if (field === lookAlike || isHeadOnly(field)) marks[at] = removed;",
    "",
  ],
  [
    "a sized body has one byte too many",
    "this.#at + this.#bytesLeft)",
    "this.#at + this.#bytesLeft + 1)",
  ],
  ["bytes behind a head in pieces are lost", "this.#at -= this.#carriedBytes - this.scan.at;", ""],
  [
    "half a body passes for a whole one",
    'case "sized": case "chunked": case "trailers": return false;',
    'case "sized": case "chunked": case "trailers": return true;',
  ],
  [
    "pending bytes are forgotten",
    "Buffer.concat([before, buffer.subarray(0, length)])",
    "Buffer.from(buffer.subarray(0, length))",
  ],
]);

const responseHead = faultsIn("response-head.ts", [
  [
    "the last of two lengths wins in a response",
    'if (found.lengthCount > 1) throw refuse("it has more than one Content-Length");',
    "",
  ],
  [
    "a body is read behind HEAD",
    "if (isBodyless(method, head.status)) {",
    'if (isBodyless("GET", head.status)) {',
  ],
  [
    "a connection serves again after both framings",
    'if (isCoded && (found.lengthCount > 0 || head.version === "1.0")) return false;',
    "",
  ],
  [
    "a connection serves again after a 204 with a length",
    "return head.status !== 204 ||",
    "return true ||",
  ],
  ["status 600 and above", "head.status > 599", "head.status > 999"],
]);

const clientMachine = faultsIn("client-machine.ts", [
  ["a 101 that nobody asked for", "if (!isAsked || !this.#hasSentAll) {", "if (false) {"],
  ["interim heads without end", "this.#interimHeads > interimHeadsMax", "false"],
  ["a connection serves again with bytes left over", "&& this.reader.pendingBytes === 0", ""],
  [
    "a connection serves again before the request is out",
    "this.#persists && this.#hasSentAll &&",
    "this.#persists &&",
  ],
]);

const serverMachine = faultsIn("server-machine.ts", [
  [
    "a body behind HEAD is sent",
    'if (head.body === "none" || isBodyless(request?.method ?? "GET", head.status)) return "none";',
    'if (head.body === "none") return "none";',
  ],
  ["HTTP/1.0 gets chunks", 'request?.version === "1.0" ? "close" : "chunked"', '"chunked"'],
  ["HTTP/1.0 gets interim heads", 'if (request?.version === "1.1") this.writer', "this.writer"],
  [
    "a connection stays behind a body that only its end ends",
    'framing === "close" || request === undefined',
    "request === undefined",
  ],
]);

const messageWriter = faultsIn("message-writer.ts", [
  ["a piece of nothing ends a chunked body", "if (piece.length === 0) return true;", ""],
  [
    "a large chunk is not closed",
    'const before = this.#isChunkOpen ? "\\r\\n0\\r\\n" : "0\\r\\n";',
    'const before = "0\\r\\n";',
  ],
]);

export const faults: readonly Fault[] = [
  ...startLine,
  ...fieldLines,
  ...scanHead,
  ...requestHead,
  ...connectionOptions,
  ...chunked,
  ...messageReader,
  ...responseHead,
  ...clientMachine,
  ...serverMachine,
  ...messageWriter,
];
