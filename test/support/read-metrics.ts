/**
 * A strict reader of both text forms of metrics. It throws at the first thing that a scraper might
 * take amiss: a family that comes twice, a sample without its type, a label that is no label, a
 * series that is there twice, a histogram that does not add up.
 */

import assert from "node:assert/strict";

import type { TextForm } from "../../src/observe/metrics-text.ts";

export interface MetricsFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly unit: string;
  readonly samples: readonly MetricsSample[];
}

export interface MetricsSample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
  /** As it is written, value left out: the name of the series. */
  readonly series: string;
}

const types: Readonly<Record<TextForm, readonly string[]>> = {
  prometheus: ["counter", "gauge", "histogram"],
  openmetrics: ["counter", "gauge", "histogram", "info"],
};

const namePattern = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const valuePattern = /^(?:NaN|[+-]Inf|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]\d+)?)$/;

class FamilyBuilder {
  readonly name: string;
  readonly words = new Map<string, string>();
  readonly samples: MetricsSample[] = [];

  constructor(name: string) {
    assert.match(name, namePattern);
    this.name = name;
  }

  setWord(word: string, text: string): void {
    assert.equal(this.samples.length, 0, `${word} of ${this.name} stands behind its samples`);
    assert.ok(!this.words.has(word), `${word} of ${this.name} comes twice`);
    this.words.set(word, text);
  }
}

export function readMetrics(text: string, form: TextForm): ReadonlyMap<string, MetricsFamily> {
  assert.ok(text.isWellFormed(), "it can be written as UTF-8");
  const lines = text.split("\n");
  assert.equal(lines.pop(), "", "the last line has its end");
  if (form === "openmetrics") assert.equal(lines.pop(), "# EOF");
  const families = new Map<string, FamilyBuilder>();
  const seen = new Set<string>();
  let current: FamilyBuilder | undefined;
  for (const line of lines) {
    if (line.startsWith("#")) current = readWord(line, form, { families, current });
    else {
      assert.ok(current !== undefined, `a sample before every family: ${line}`);
      const sample = readSample(line);
      assert.ok(!seen.has(keyOf(sample)), `twice: ${line}`);
      seen.add(keyOf(sample));
      current.samples.push(sample);
    }
  }
  const whole = [...families.values()].map((family) => finish(family, form));
  return new Map(whole.map((family) => [family.name, family]));
}

interface Before {
  readonly families: Map<string, FamilyBuilder>;
  readonly current: FamilyBuilder | undefined;
}

function readWord(line: string, form: TextForm, { families, current }: Before): FamilyBuilder {
  const [, word = "", name = "", text = ""] = /^# (TYPE|HELP|UNIT) (\S+) (.+)$/.exec(line) ?? [];
  assert.notEqual(word, "", `cannot read ${line}`);
  assert.ok(form === "openmetrics" || word !== "UNIT", line);
  let family = current?.name === name ? current : undefined;
  if (family === undefined) {
    assert.ok(!families.has(name), `the family ${name} comes twice`);
    family = new FamilyBuilder(name);
    families.set(name, family);
  }
  family.setWord(word, text);
  return family;
}

export function readSample(line: string): MetricsSample {
  const [, name = "", braces, value = ""] = /^([^{ ]+)(\{.*\})? (\S+)$/s.exec(line) ?? [];
  assert.match(name, namePattern, line);
  assert.match(value, valuePattern, line);
  const labels = braces === undefined ? new Map<string, string>() : readLabels(braces);
  return { name, labels, value: numberOf(value), series: `${name}${braces ?? ""}` };
}

const numberOf = (text: string): number => Number(text.replace("Inf", "Infinity"));

/** Character by character: what is between two quotes may be anything. */
function readLabels(braces: string): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  let rest = braces.slice(1);
  while (rest !== "}") {
    const [whole = "", name = ""] = /^([a-zA-Z_][a-zA-Z0-9_]*)="/.exec(rest) ?? [];
    assert.notEqual(whole, "", `no label here: ${rest}`);
    assert.ok(!name.startsWith("__") && !labels.has(name), `the label ${name}`);
    const { value, end } = readQuoted(rest, whole.length);
    labels.set(name, value);
    rest = rest.slice(end);
    assert.match(rest, /^(?:,[a-zA-Z_]|\}$)/, "a comma before each further label");
    if (rest.startsWith(",")) rest = rest.slice(1);
  }
  return labels;
}

function readQuoted(text: string, start: number): { value: string; end: number } {
  let value = "";
  for (let at = start; at < text.length; at++) {
    const character = text[at] ?? "";
    if (character === '"') return { value, end: at + 1 };
    assert.notEqual(character, "\n");
    if (character === "\\") {
      at += 1;
      const meant = { n: "\n", '"': '"', "\\": "\\" }[text[at] ?? ""];
      assert.ok(meant !== undefined, `no escape: \\${text[at]}`);
      value += meant;
    } else value += character;
  }
  return assert.fail(`no quote at the end of ${text}`);
}

/** The same for the same labels in another order. */
function keyOf({ name, labels }: MetricsSample, without?: string): string {
  const pairs = [...labels].filter(([label]) => label !== without);
  return [name, ...pairs.map((pair) => JSON.stringify(pair)).toSorted()].join(" ");
}

function finish({ name, words, samples }: FamilyBuilder, form: TextForm): MetricsFamily {
  const type = words.get("TYPE") ?? "";
  const help = words.get("HELP") ?? "";
  const unit = words.get("UNIT") ?? "";
  assert.ok(types[form].includes(type), `the type of ${name} is ${type}`);
  assert.notEqual(help, "", `${name} is explained`);
  if (unit !== "") assert.ok(name.endsWith(`_${unit}`), `${name} ends in its unit, ${unit}`);
  for (const sample of samples) checkSample(sample, { name, type, form });
  if (type === "histogram") checkHistograms(samples, name);
  return { name, type, help, unit, samples };
}

interface Kind {
  readonly name: string;
  readonly type: string;
  readonly form: TextForm;
}

function checkSample(sample: MetricsSample, { name, type, form }: Kind): void {
  const endings: Readonly<Record<string, readonly string[]>> = {
    counter: [form === "openmetrics" ? "_total" : ""],
    gauge: [""],
    histogram: ["_bucket", "_count", "_sum"],
    info: ["_info"],
  };
  const names = (endings[type] ?? []).map((ending) => name + ending);
  assert.ok(names.includes(sample.name), `${sample.series} in the family ${name}`);
  if (type === "counter") {
    assert.match(sample.name, /_total$/);
    assert.ok(sample.value >= 0, sample.series);
  }
  const isBucket = type === "histogram" && sample.name.endsWith("_bucket");
  assert.equal(sample.labels.has("le"), isBucket, sample.series);
  assert.ok(!sample.labels.has("quantile"), sample.series);
}

/** Buckets rise to +Inf, which is the count; each histogram's lines stand together. */
function checkHistograms(samples: readonly MetricsSample[], name: string): void {
  const done = new Set<string>();
  let buckets: MetricsSample[] = [];
  for (const [at, sample] of samples.entries()) {
    if (sample.name === `${name}_bucket`) buckets.push(sample);
    else if (sample.name === `${name}_count`) {
      const own = keyOf({ ...sample, name }, "le");
      assert.ok(!done.has(own), `twice: ${sample.series}`);
      done.add(own);
      checkBuckets(buckets, sample.value, own);
      const sum = samples[at + 1];
      assert.ok(sum?.name === `${name}_sum`, `a sum behind ${sample.series}`);
      assert.equal(keyOf({ ...sum, name }), own);
      buckets = [];
    }
  }
  assert.equal(buckets.length, 0, `buckets of ${name} without a count`);
}

function checkBuckets(buckets: readonly MetricsSample[], count: number, own: string): void {
  let bound = -Infinity;
  let sum = 0;
  for (const { name, labels, value, series } of buckets) {
    const family = name.replace(/_bucket$/, "");
    assert.equal(keyOf({ name: family, labels, value, series }, "le"), own);
    const le = numberOf(labels.get("le") ?? "");
    assert.ok(le > bound && value >= sum, series);
    bound = le;
    sum = value;
  }
  assert.equal(bound, Infinity, `the last bucket of ${own}`);
  assert.equal(sum, count, `the count of ${own}`);
}
