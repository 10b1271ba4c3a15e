/**
 * Times, sizes and rates as people write them: `30s`, `1h30m`, `10MB`, `500B/s`. A number without a
 * unit is none of them, because nobody agrees on whether 30 is seconds or milliseconds.
 *
 * `KB`, `MB`, `GB` are powers of 1000 and `KiB`, `MiB`, `GiB` powers of 1024 (IEC 80000-13), as in
 * Caddy. nginx's `10m` means 10 MiB: it is not read here, so that nobody gets 5 % less unasked.
 */

const msByUnit: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);

const bytesByUnit: ReadonlyMap<string, number> = new Map([
  ["B", 1],
  ["KB", 1_000],
  ["kB", 1_000],
  ["MB", 1_000 ** 2],
  ["GB", 1_000 ** 3],
  ["TB", 1_000 ** 4],
  ["KiB", 1_024],
  ["MiB", 1_024 ** 2],
  ["GiB", 1_024 ** 3],
  ["TiB", 1_024 ** 4],
]);

/** What people write instead, in lower case, and what they mean by it. */
const spellings: Readonly<Record<QuantityKind, ReadonlyMap<string, string>>> = {
  time: spelled({
    ms: "msec msecs millis millisecond milliseconds",
    s: "sec secs second seconds",
    m: "min mins minute minutes",
    h: "hr hrs hour hours",
    d: "day days",
  }),
  size: spelled({
    B: "b byte bytes",
    KB: "k kb",
    MB: "m mb",
    GB: "g gb",
    TB: "t tb",
    KiB: "ki kib",
    MiB: "mi mib",
    GiB: "gi gib",
    TiB: "ti tib",
  }),
  rate: spelled({
    "B/s": "b/s bps b/sec bytes/s",
    "KB/s": "k/s kb/s kbps",
    "MB/s": "m/s mb/s mbps",
    "GB/s": "g/s gb/s gbps",
  }),
};

export type QuantityKind = "time" | "size" | "rate";

const number = String.raw`\d+(?:\.\d+)?`;
const largestFirst = [...msByUnit.keys()].reverse();
const size = `${number} ?(?:${[...bytesByUnit.keys()].join("|")})`;

/** The same grammars as regular expressions, for editors. */
export const quantityPatterns: Readonly<Record<QuantityKind, string>> = {
  time: String.raw`^(?=\d)${largestFirst.map((unit) => `(?:${number}${unit})?`).join("")}$`,
  size: `^${size}$`,
  rate: `^${size}/s$`,
};

/** Milliseconds; undefined: not a time. Several units go from large to small: `1h30m`. */
export function readDurationMs(text: string): number | undefined {
  let totalMs = 0;
  let unitMsBefore = Infinity;
  let end = 0;
  for (const match of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)) {
    const unitMs = msByUnit.get(match[2] ?? "") ?? 0;
    if (match.index !== end || unitMs >= unitMsBefore) return undefined;
    totalMs += Number(match[1]) * unitMs;
    unitMsBefore = unitMs;
    end += match[0].length;
  }
  return end === 0 || end !== text.length ? undefined : Math.round(totalMs);
}

/** Bytes; undefined: not a size. */
export function readByteCount(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?([A-Za-z]+)$/.exec(text);
  const unitBytes = bytesByUnit.get(match?.[2] ?? "");
  const bytes = unitBytes === undefined ? Infinity : Math.round(Number(match?.[1]) * unitBytes);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Bytes a second; undefined: not a rate. */
export function readByteRate(text: string): number | undefined {
  return text.endsWith("/s") ? readByteCount(text.slice(0, -2)) : undefined;
}

/** The shortest text that `readDurationMs` reads as this: `90s`, `1h`. Not negative, and whole. */
export function writeDurationMs(ms: number): string {
  return writeWhole(ms, [...msByUnit].reverse());
}

/** The shortest text that `readByteCount` reads as this: `32KiB`, `10MB`. Whole, not negative. */
export function writeByteCount(bytes: number): string {
  const units = [...bytesByUnit].filter(([unit]) => unit !== "kB");
  return writeWhole(
    bytes,
    units.sort(([, a], [, b]) => b - a),
  );
}

export function writeByteRate(bytesPerSecond: number): string {
  return `${writeByteCount(bytesPerSecond)}/s`;
}

/** In the largest unit that leaves a whole number; `units` from large to small. */
function writeWhole(count: number, units: readonly (readonly [string, number])[]): string {
  const found = units.find(([, size]) => count >= size && count % size === 0) ?? units.at(-1)!;
  return `${count / found[1]}${found[0]}`;
}

/** The spelling that was probably meant by something that is not a quantity, or undefined. */
export function meantQuantity(kind: QuantityKind, found: unknown): string | undefined {
  const text = typeof found === "number" ? String(found) : found;
  if (typeof text !== "string") return undefined;
  const match = /^(\d+(?:\.\d+)?)\s*([a-z/]*)$/i.exec(text.trim());
  const [, digits, word = ""] = match ?? [];
  if (digits === undefined) return undefined;
  if (word === "") return digits + usualUnit(kind, Number(digits));
  const unit = spellings[kind].get(word.toLowerCase());
  return unit === undefined ? undefined : digits + unit;
}

/** Who writes 5000 thinks of milliseconds, who writes 30 of seconds. */
function usualUnit(kind: QuantityKind, count: number): string {
  if (kind === "time") return count >= 1_000 ? "ms" : "s";
  return kind === "size" ? "B" : "B/s";
}

function spelled(unitsByWords: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(unitsByWords).flatMap(([unit, words]) =>
      [unit.toLowerCase(), ...words.split(" ")].map((word) => [word, unit] as const),
    ),
  );
}
