/**
 * The plan of the house as data, so that adding a room, or an exception, means adding a word here,
 * in review, where somebody asks whether it belongs.
 */

/** Bottom first. A room may import from lower floors and from itself; never sideways, never up. */
export const floors: readonly (readonly string[])[] = [
  "base",
  "http",
  "wire",
  "transport",
  "observe code",
  "tls",
  "upstream",
  "limits access maintenance routing balancing health caching rewriting compression buffering",
  "exchange",
  "config",
  "net",
  "control",
  "admin",
  "cli",
].map((rooms) => rooms.split(" "));

/** Files directly in src/ live on the roof and see everything. There are five, and no more. */
export const roof: readonly string[] = [
  "src/main.ts",
  "src/worker.ts",
  "src/worker-thread.ts",
  "src/office-thread.ts",
  "src/foregate.ts",
];

/** Rooms with no I/O: the same bytes in give the same events out, on any machine, at any time. */
export const pureRooms: ReadonlySet<string> = new Set(
  "base http wire routing balancing".split(" "),
);

/** What a pure room may import besides its own kind. */
export const pureImports: ReadonlySet<string> = new Set(["node:buffer"]);

/** What a pure room never names: time, chance, the machine. They come in as arguments. */
export const impureNames: ReadonlySet<string> = new Set([
  "Date",
  "performance",
  "process",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
  "Math.random",
  "crypto",
  "import",
  "globalThis",
]);

/** What reads a config stays out of the threads that move bytes: they start faster for it. */
export const notInWorker: ReadonlySet<string> = new Set(
  "zod yaml commander pino sonic-boom acme-client src/config src/admin src/cli".split(" "),
);

/** Main serves nobody, and who waits for it to be ready waits for what it loads. */
export const notInMain: ReadonlySet<string> = new Set(
  "src/worker.ts src/net/doors.ts src/net/door.ts src/exchange/serve.ts".split(" "),
);

/** An import statement of it loads all of `fetch` as well. */
export const dearImport = { name: "node:http", instead: "src/admin/node-http.ts" } as const;

/** Say nothing about what is inside. */
export const bannedFiles: ReadonlySet<string> = new Set(
  "index types utils util helpers helper common misc shared manager".split(" "),
);

/** Words that other proxies use for what has a better name here (docs/glossary.md). */
export const bannedWords: ReadonlySet<string> = new Set(
  "downstream backend origin session context middleware".split(" "),
);

/** RFC 9112's own names for things, whatever is in them. */
export const allowedTerms = /origin-?form/gi;

export const limits = {
  fileLinesMax: 400,
  fileLinesMedianMax: 150,
  columnsMax: 100,
  functionLinesMax: 70,
  /** The median stays under it. */
  functionLinesMedianMax: 12,
  parametersMax: 4,
  wireFunctionLinesMax: 120,
  wireParametersMax: 7,
} as const;

/**
 * Hot loops of the wire machines, where a call costs more than the length does: up to 120 lines and
 * 7 parameters. By file and function, each with its bench figure.
 */
export const wireExceptions: Readonly<Record<string, string>> = {};
