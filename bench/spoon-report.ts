/** The experiment of spoon feeding as tables, and as a chart for the docs. */

import type { FirstByteResult } from "./first-byte.ts";
import type { Table } from "./report.ts";
import type { SpoonResult, SpoonResults, StalledResult } from "./spoon.ts";

const mebibyte = 1024 * 1024;
const megabytes = (bytes: number | undefined): string =>
  bytes === undefined ? "–" : `${Math.round(bytes / mebibyte)} MiB`;

export function spoonTables({ fed, stalled, firstByte }: SpoonResults): readonly Table[] {
  const tables = [fedTable(fed)];
  if (stalled !== undefined) tables.push(stalledTable(stalled));
  return [...tables, firstByteTable(firstByte)];
}

function fedTable(fed: readonly SpoonResult[]): Table {
  return {
    title: "Spoon feeding: 500 clients that take 64 KB a second of 1 MB, for 30 s",
    headings: [
      "proxy",
      "pages made",
      "worker held, ms (median, p90, most)",
      "first byte, ms (median, p90, most)",
      "pages whole",
      "wrong bytes",
      "broken",
      "memory",
    ],
    rows: fed.map(({ proxy, madeCount, held, firstByte, ...rest }) => [
      proxy,
      String(madeCount),
      `${held.median}, ${held.p90}, ${held.max}`,
      `${firstByte.median}, ${firstByte.p90}, ${firstByte.max}`,
      String(rest.wholeCount),
      String(rest.wrongCount),
      String(rest.brokenCount),
      megabytes(rest.memoryBytes),
    ]),
  };
}

function stalledTable(stalled: StalledResult): Table {
  const { small } = stalled;
  return {
    title: "Foregate with clients that take nothing more of 200 KB",
    headings: [
      "clients",
      "pages made",
      "memory of the process",
      "budget",
      "counted",
      "spool file",
      "a small request meanwhile, ms (median, p90, most)",
    ],
    rows: [
      [
        String(stalled.clientCount),
        String(stalled.madeCount),
        megabytes(stalled.memoryBytes),
        megabytes(stalled.budgetBytes),
        megabytes(stalled.countedBytes),
        megabytes(stalled.fileBytes),
        `${small.median}, ${small.p90}, ${small.max}`,
      ],
    ],
  };
}

function firstByteTable(results: readonly FirstByteResult[]): Table {
  return {
    title: "A page of 100 KB: its first kilobyte is made at once, the rest takes 20 ms",
    headings: ["proxy", "first byte, ms (median, p90, most)", "last byte, ms"],
    rows: results.map(({ name, firstByte, lastByte }) => [
      name,
      `${firstByte.median}, ${firstByte.p90}, ${firstByte.max}`,
      `${lastByte.median}, ${lastByte.p90}, ${lastByte.max}`,
    ]),
  };
}

const width = 720;
const rowHeight = 34;
const left = 110;
const top = 64;
const barWidth = 520;

/** From 1 ms to 100 s, each step ten times the one before. */
const decades = [1, 10, 100, 1_000, 10_000, 100_000];
const names = ["1 ms", "10 ms", "100 ms", "1 s", "10 s", "100 s"];

/** How long a worker of the upstream was held for a page: one bar for each proxy. */
export function spoonChart(fed: readonly SpoonResult[]): string {
  const height = top + fed.length * rowHeight + 40;
  const grid = decades.map((ms, at) => {
    const x = xOf(ms);
    const line = `<line class="grid" x1="${x}" y1="${top - 8}" x2="${x}" y2="${height - 32}"/>`;
    return `${line}\n<text class="axis" x="${x}" y="${height - 14}">${names[at]}</text>`;
  });
  const bars = fed.map((result, at) => barOf(result, top + at * rowHeight));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img"
  aria-label="How long a worker of the upstream is held for a page of 1 MB">
<style>
  text { font: 14px system-ui, sans-serif; fill: #24292f; }
  .title { font-weight: 600; }
  .axis { font-size: 12px; text-anchor: middle; fill: #57606a; }
  .grid { stroke: #d0d7de; }
  .bar { fill: #8c959f; }
  .ours { fill: #1a7f37; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .axis { fill: #8d96a0; }
    .grid { stroke: #3d444d; }
    .ours { fill: #3fb950; }
  }
</style>
<text class="title" x="8" y="22">How long a worker of the upstream is held for a page</text>
<text x="8" y="42">1 MB, made in 5 ms, read at 64 KB a second; each step ten times more</text>
${grid.join("\n")}
${bars.join("\n")}
</svg>
`;
}

function barOf({ proxy, held: { median } }: SpoonResult, y: number): string {
  const kind = proxy === "foregate" ? "bar ours" : "bar";
  const end = xOf(median);
  const says = median < 1_000 ? `${median} ms` : `${Math.round(median / 100) / 10} s`;
  const inside = end > left + barWidth - 60;
  const place = inside ? `x="${end - 6}" text-anchor="end"` : `x="${end + 6}"`;
  return `<text x="8" y="${y + 18}">${proxy}</text>
<rect class="${kind}" x="${left}" y="${y + 3}" width="${end - left}" height="22"/>
<text ${place} y="${y + 19}">${says}</text>`;
}

function xOf(ms: number): number {
  const part = Math.log10(Math.max(1, ms)) / (decades.length - 1);
  return Math.round(left + Math.min(1, part) * barWidth);
}
