/** The text of metrics, read back by a reader that forgives nothing. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";

import {
  escapeLabel,
  labelText,
  metricsText,
  type Family,
  type TextForm,
} from "../../src/observe/metrics-text.ts";
import { readMetrics, readSample } from "../support/read-metrics.ts";

const forms: readonly TextForm[] = ["prometheus", "openmetrics"];

const buckets = new Float64Array(20).fill(1, 3, 5);

const families: readonly Family<number>[] = [
  {
    name: "x_things",
    type: "counter",
    help: "Things.",
    samples: (count) => [
      { labels: "", value: count },
      { labels: labelText(["a", "b"], ["1", "2"]), value: 2 },
    ],
  },
  {
    name: "x_room_bytes",
    type: "gauge",
    unit: "bytes",
    help: "Room.",
    samples: () => [{ labels: "", value: -1.5e-7 }],
  },
  {
    name: "x_wait_seconds",
    type: "histogram",
    unit: "seconds",
    help: "Waits.",
    samples: () => [
      { labels: "", buckets, sum: 0.5 },
      { labels: 'a="1"', buckets, sum: 0.25 },
    ],
  },
  { name: "x_none", type: "gauge", help: "Nothing here.", samples: () => [] },
  {
    name: "x_build",
    type: "info",
    help: "Build.",
    samples: () => [{ labels: 'version="1"', value: 1 }],
  },
];

const textOf = (form: TextForm): string => [...metricsText(families, 7, form)].join("");

void test("metrics text: Prometheus 0.0.4", () => {
  const want = `# HELP x_things_total Things.
# TYPE x_things_total counter
x_things_total 7
x_things_total{a="1",b="2"} 2
# HELP x_room_bytes Room.
# TYPE x_room_bytes gauge
x_room_bytes -1.5e-7
# HELP x_wait_seconds Waits.
# TYPE x_wait_seconds histogram
x_wait_seconds_bucket{le="0.00025"} 0
x_wait_seconds_bucket{le="0.0005"} 0
x_wait_seconds_bucket{le="0.001"} 0
x_wait_seconds_bucket{le="0.002"} 1
x_wait_seconds_bucket{le="0.004"} 2
x_wait_seconds_bucket{le="0.008"} 2
`;
  assert.equal(textOf("prometheus").slice(0, want.length), want);
  assert.match(
    textOf("prometheus"),
    /le="\+Inf"\} 2\nx_wait_seconds_count 2\nx_wait_seconds_sum 0/,
  );
  assert.match(textOf("prometheus"), /# TYPE x_build_info gauge\nx_build_info\{version="1"\} 1\n$/);
});

void test("metrics text: OpenMetrics 1.0", () => {
  const want = `# TYPE x_things counter
# HELP x_things Things.
x_things_total 7
x_things_total{a="1",b="2"} 2
# TYPE x_room_bytes gauge
# UNIT x_room_bytes bytes
# HELP x_room_bytes Room.
`;
  assert.equal(textOf("openmetrics").slice(0, want.length), want);
  assert.match(
    textOf("openmetrics"),
    /# TYPE x_build info\n.*\nx_build_info\{version="1"\} 1\n# EOF\n$/,
  );
});

for (const form of forms) {
  void test(`metrics text: a strict reader takes ${form}`, () => {
    const read = readMetrics(textOf(form), form);
    assert.equal(read.size, families.length);
    assert.equal([...read.values()].flatMap(({ samples }) => samples).length, 2 + 1 + 2 * 22 + 1);
  });

  void test(`metrics text: ${form} comes in pieces of whole lines`, () => {
    const samples = Array.from({ length: 5_000 }, (_, at) => ({ labels: `a="${at}"`, value: at }));
    const many: Family<undefined> = {
      name: "x",
      type: "gauge",
      help: "Many.",
      samples: () => samples,
    };
    const pieces = [...metricsText([many], undefined, form)];
    assert.ok(pieces.length > 4 && pieces.every((piece) => piece.length < 20_000));
    assert.ok(pieces.every((piece) => piece.endsWith("\n")));
    assert.equal(readMetrics(pieces.join(""), form).get("x")?.samples.length, samples.length);
  });
}

void test("metrics text: whatever a label holds comes back", () => {
  const anyText = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom('"', "\\", "\n", "n", ",", "}", "{", "=", " ", "é", "\r") }),
  );
  fc.assert(
    fc.property(fc.array(anyText, { minLength: 1, maxLength: 4 }), (values) => {
      const names = values.map((_, at) => `label_${at}`);
      const { labels } = readSample(`x{${labelText(names, values)}} 1`);
      assert.deepEqual([...labels.keys()], names);
      assert.deepEqual([...labels.values()], values);
    }),
    { numRuns: 2_000 },
  );
});

void test("metrics text: half a character is replaced", () => {
  assert.equal(escapeLabel("a\ud800b"), "a\ufffdb");
});

const wrongTexts: readonly (readonly [name: string, text: string])[] = [
  ["a family that comes twice", "# TYPE a gauge\n# HELP a A.\na 1\n# TYPE b gauge\n# HELP a A.\n"],
  ["a sample of no family", "a 1\n"],
  ["a sample of another family", "# TYPE a gauge\n# HELP a A.\nb 1\n"],
  ["no help", "# TYPE a gauge\na 1\n"],
  ["an unknown type", "# TYPE a gouge\n# HELP a A.\na 1\n"],
  ["a counter without _total", "# TYPE a counter\n# HELP a A.\na 1\n"],
  ["a series that is there twice", '# TYPE a gauge\n# HELP a A.\na{x="1"} 1\na{x="1"} 2\n'],
  ["an open quote", '# TYPE a gauge\n# HELP a A.\na{x="1} 1\n'],
  ["a strange escape", '# TYPE a gauge\n# HELP a A.\na{x="\\t"} 1\n'],
  ["a label twice", '# TYPE a gauge\n# HELP a A.\na{x="1",x="2"} 1\n'],
  ["no number", "# TYPE a gauge\n# HELP a A.\na undefined\n"],
  [
    "a histogram that falls",
    '# TYPE a histogram\n# HELP a A.\na_bucket{le="1"} 2\na_bucket{le="+Inf"} 1\n' +
      "a_count 1\na_sum 1\n",
  ],
  [
    "a count that is not its last bucket",
    '# TYPE a histogram\n# HELP a A.\na_bucket{le="+Inf"} 1\na_count 2\na_sum 1\n',
  ],
  ["no last bucket", '# TYPE a histogram\n# HELP a A.\na_bucket{le="1"} 1\na_count 1\na_sum 1\n'],
  ["no end of the last line", "# TYPE a gauge\n# HELP a A.\na 1"],
];

for (const [name, text] of wrongTexts) {
  void test(`the reader of metrics refuses ${name}`, () => {
    assert.throws(() => readMetrics(text, "prometheus"), assert.AssertionError);
  });
}

void test("the reader of metrics wants # EOF in OpenMetrics", () => {
  assert.throws(() => readMetrics("# TYPE a gauge\n# HELP a A.\na 1\n", "openmetrics"));
});
