/**
 * Families of samples as text, in the two forms that scrapers read: Prometheus text format 0.0.4,
 * and OpenMetrics 1.0.
 *
 * It comes in pieces, so that a caller can do other work in between. What the forms differ in is
 * here and nowhere else: the name of a counter, `info`, `# UNIT`, `# EOF`.
 */

import { boundsSeconds } from "./latencies.ts";

export type TextForm = "prometheus" | "openmetrics";

export interface Family<View> {
  /** Ends in its unit if it has one, and never in `_total` or `_info`, which come with the type. */
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram" | "info";
  readonly unit?: "seconds" | "bytes";
  /** One sentence of letters, digits and plain marks: nothing in it needs an escape. */
  readonly help: string;
  readonly samples: (view: View) => Iterable<Sample>;
}

/** Of a histogram, `buckets` are the counts of each bucket by itself. */
export type Sample =
  | { readonly labels: string; readonly value: number }
  | { readonly labels: string; readonly buckets: Float64Array; readonly sum: number };

/** About so many characters come at once: well below a millisecond's work. */
const pieceChars = 16 * 1_024;

/** `a="1",b="2"`, as it stands between the braces. */
export function labelText(names: readonly string[], values: readonly string[]): string {
  return names.map((name, at) => `${name}="${escapeLabel(values[at] ?? "")}"`).join(",");
}

/** Half of a pair of surrogates would be no UTF-8. */
export function escapeLabel(value: string): string {
  return value.toWellFormed().replace(/["\\\n]/g, (mark) => (mark === "\n" ? "\\n" : `\\${mark}`));
}

/** The text of all families, piece by piece. */
export function* metricsText<View>(
  families: readonly Family<View>[],
  view: View,
  form: TextForm,
): Generator<string, void, undefined> {
  let piece = "";
  for (const family of families) {
    piece += headOf(family, form);
    const name = sampleName(family);
    for (const sample of family.samples(view)) {
      piece += "value" in sample ? line(name, sample.labels, sample.value) : linesOf(name, sample);
      if (piece.length < pieceChars) continue;
      yield piece;
      piece = "";
    }
  }
  yield form === "openmetrics" ? `${piece}# EOF\n` : piece;
}

function headOf({ name, type, unit, help }: Family<never>, form: TextForm): string {
  if (form === "openmetrics") {
    const unitLine = unit === undefined ? "" : `# UNIT ${name} ${unit}\n`;
    return `# TYPE ${name} ${type}\n${unitLine}# HELP ${name} ${help}\n`;
  }
  const whole = sampleName({ name, type });
  return `# HELP ${whole} ${help}\n# TYPE ${whole} ${type === "info" ? "gauge" : type}\n`;
}

function sampleName({ name, type }: Pick<Family<never>, "name" | "type">): string {
  if (type === "counter") return `${name}_total`;
  return type === "info" ? `${name}_info` : name;
}

function line(name: string, labels: string, value: number): string {
  return `${name}${labels === "" ? "" : `{${labels}}`} ${value}\n`;
}

function linesOf(name: string, sample: Exclude<Sample, { value: number }>): string {
  const { labels, buckets, sum } = sample;
  const before = labels === "" ? "" : `${labels},`;
  let lines = "";
  let count = 0;
  for (const [at, inBucket] of buckets.entries()) {
    count += inBucket;
    lines += line(`${name}_bucket`, `${before}le="${boundsSeconds[at] ?? "+Inf"}"`, count);
  }
  return lines + line(`${name}_count`, labels, count) + line(`${name}_sum`, labels, sum);
}
