/** What the worker's process tells of itself in a soak, and how a soak is judged by it. */

export interface Sample {
  readonly seconds: number;
  readonly exchangesCount: number;
  readonly heapBytes: number;
  readonly outsideBytes: number;
  readonly rssBytes: number;
}

/** Everything that should be as it was before the first client came. */
export interface Leftovers {
  readonly exchangesInFlight: number;
  readonly exchangesWithoutEnd: number;
  readonly clientConnections: number;
  readonly upstreamConnections: number;
  readonly sockets: number;
  readonly deadlines: number;
  readonly spooledBytes: number;
  readonly guardedExceptions: number;
  readonly troubles: number;
  readonly strayErrors: number;
  /** Of workers on threads. */
  readonly workersMissing: number;
  readonly deathsWithoutSuccessor: number;
}

/** What the parent asks, and what the worker's process answers. */
export type Ask = "sample" | "leftovers" | "stop";
export type Told =
  | { readonly type: "ready"; readonly port: number }
  | { readonly type: "sample"; readonly sample: Sample }
  | {
      readonly type: "leftovers";
      /** Those that can be known. */
      readonly leftovers: Partial<Leftovers>;
      readonly texts: readonly string[];
    };

export interface Check {
  readonly name: string;
  readonly isPassed: boolean;
  readonly seen: string;
}

const megabyte = 1024 * 1024;

/** Growth from the third quarter to the last that is no leak: what the collector does by itself. */
const heapBytesMax = 3 * megabyte;
/** What bodies in flight have in their buffers goes up and down: between 12 and 21 MB was seen. */
const outsideBytesMax = 8 * megabyte;
/** Pages come back late, and a burst of connections leaves holes. */
const rssBytesMax = 24 * megabyte;

export function leftoverChecks(leftovers: Partial<Leftovers>): readonly Check[] {
  return Object.entries(leftovers).map(([name, count]: [string, number]) => {
    return { name: `no ${words(name)} left`, isPassed: count === 0, seen: String(count) };
  });
}

/** Compares the third quarter with the fourth: the first half is warming up. */
export function memoryChecks(samples: readonly Sample[]): readonly Check[] {
  return [
    slopeCheck("heap", samples, ({ heapBytes }) => heapBytes, heapBytesMax),
    slopeCheck("buffers", samples, ({ outsideBytes }) => outsideBytes, outsideBytesMax),
    residentCheck(samples),
  ];
}

/** Of threads nobody sees the heap at the moment at which it has no garbage. */
export function residentCheck(samples: readonly Sample[]): Check {
  return slopeCheck("resident memory", samples, ({ rssBytes }) => rssBytes, rssBytesMax);
}

export function table(samples: readonly Sample[]): string {
  const rows = samples.map(({ seconds, exchangesCount, heapBytes, outsideBytes, rssBytes }) =>
    [
      seconds.toFixed(0).padStart(7),
      String(exchangesCount).padStart(10),
      megabytes(heapBytes).padStart(8),
      megabytes(outsideBytes).padStart(8),
      megabytes(rssBytes).padStart(8),
    ].join(" "),
  );
  return ["seconds  exchanges  heap MB  buf. MB   rss MB", ...rows].join("\n");
}

function slopeCheck(
  name: string,
  samples: readonly Sample[],
  valueOf: (sample: Sample) => number,
  growthBytesMax: number,
): Check {
  const quarter = Math.floor(samples.length / 4);
  const third = median(samples.slice(2 * quarter, 3 * quarter).map(valueOf));
  const fourth = median(samples.slice(3 * quarter).map(valueOf));
  const bytesMax = Math.max(growthBytesMax, third * 0.1);
  return {
    name: `${name} does not grow`,
    isPassed: quarter > 0 && fourth - third <= bytesMax,
    seen: `${megabytes(third)} MB, then ${megabytes(fourth)} MB`,
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function megabytes(bytes: number): string {
  return (bytes / megabyte).toFixed(1);
}

/** `exchangesInFlight` is "exchanges in flight". */
function words(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
