/** Metrics of bodies that wait for slow clients and upstreams. */

import type { Spools } from "../buffering/spools.ts";
import type { Family } from "../observe/metrics-text.ts";

export interface BufferView {
  readonly spools: Pick<Spools, "memory" | "store" | "counts">;
}

type BufferFamily = Family<BufferView>;

const spoolOf = (read: (spools: BufferView["spools"]) => number): BufferFamily["samples"] => {
  return ({ spools }) => [{ labels: "", value: read(spools) }];
};

export const bufferFamilies: readonly BufferFamily[] = [
  {
    name: "foregate_bodies_fed",
    type: "counter",
    help: "Bodies, up and down, that came faster than they were taken.",
    samples: spoolOf(({ counts: { begun } }) => begun),
  },
  {
    name: "foregate_bodies_feeding",
    type: "gauge",
    help: "Such bodies that have not been taken to their end.",
    samples: spoolOf(({ counts: { now } }) => now),
  },
  {
    name: "foregate_answers_freed",
    type: "gauge",
    help: "Answers that their upstreams are done with, and their clients are not.",
    samples: spoolOf(({ counts: { freedNow } }) => freedNow),
  },
  {
    name: "foregate_upstream_seconds_saved",
    type: "counter",
    help: "How long clients went on to take answers that their upstreams were done with.",
    samples: spoolOf(({ counts: { savedMs } }) => savedMs / 1_000),
  },
  {
    name: "foregate_buffer_memory_bytes",
    type: "gauge",
    help: "Memory that bodies take that wait, with what sockets have in their hands.",
    samples: spoolOf(({ memory }) => memory.bytesUsed),
  },
  {
    name: "foregate_buffer_memory_limit_bytes",
    type: "gauge",
    help: "What they may take; beyond it new exchanges are refused.",
    samples: spoolOf(({ memory }) => memory.bytesMax),
  },
  {
    name: "foregate_buffer_file_bytes",
    type: "gauge",
    help: "What bodies take of the spool file.",
    samples: spoolOf(({ store }) => store?.bytesUsed ?? 0),
  },
  {
    name: "foregate_buffer_file_written_bytes",
    type: "counter",
    help: "What was written to the spool file.",
    samples: spoolOf(({ store }) => store?.bytesWritten ?? 0),
  },
  {
    name: "foregate_buffer_file_errors",
    type: "counter",
    help: "Calls to the spool file that failed.",
    samples: spoolOf(({ store }) => store?.errors ?? 0),
  },
];
