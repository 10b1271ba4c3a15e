/** Metrics of bodies that wait for slow clients and upstreams. */

import type { Budget } from "../base/budget.ts";
import type { Counters } from "../observe/counters.ts";
import type { Family } from "../observe/metrics-text.ts";

export interface BufferView {
  readonly counters: Counters;
  /** What bodies may take that wait, all workers together. */
  readonly buffers: {
    readonly memory: Pick<Budget, "bytesUsed" | "bytesMax">;
    readonly disk: Pick<Budget, "bytesUsed">;
  };
}

type BufferFamily = Family<BufferView>;

const one = (read: (view: BufferView) => number): BufferFamily["samples"] => {
  return (view) => [{ labels: "", value: read(view) }];
};

export const bufferFamilies: readonly BufferFamily[] = [
  {
    name: "foregate_bodies_fed",
    type: "counter",
    help: "Bodies, up and down, that came faster than they were taken.",
    samples: one(({ counters }) => counters.feedsBegun),
  },
  {
    name: "foregate_bodies_feeding",
    type: "gauge",
    help: "Such bodies that have not been taken to their end.",
    samples: one(({ counters }) => counters.feedsNow),
  },
  {
    name: "foregate_answers_freed",
    type: "gauge",
    help: "Answers that their upstreams are done with, and their clients are not.",
    samples: one(({ counters }) => counters.answersFreed),
  },
  {
    name: "foregate_upstream_seconds_saved",
    type: "counter",
    help: "How long clients went on to take answers that their upstreams were done with.",
    samples: one(({ counters }) => counters.savedMs / 1_000),
  },
  {
    name: "foregate_buffer_memory_bytes",
    type: "gauge",
    help: "Memory that bodies take that wait, with what sockets have in their hands.",
    samples: one(({ buffers }) => buffers.memory.bytesUsed),
  },
  {
    name: "foregate_buffer_memory_limit_bytes",
    type: "gauge",
    help: "What they may take; beyond it new exchanges are refused.",
    samples: one(({ buffers }) => buffers.memory.bytesMax),
  },
  {
    name: "foregate_buffer_file_bytes",
    type: "gauge",
    help: "What bodies take of the spool file.",
    samples: one(({ buffers }) => buffers.disk.bytesUsed),
  },
  {
    name: "foregate_buffer_file_written_bytes",
    type: "counter",
    help: "What was written to the spool file.",
    samples: one(({ counters }) => counters.spoolBytesWritten),
  },
  {
    name: "foregate_buffer_file_errors",
    type: "counter",
    help: "Calls to the spool file that failed.",
    samples: one(({ counters }) => counters.spoolErrors),
  },
];
