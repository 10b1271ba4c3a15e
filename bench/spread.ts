/** How values are spread, with a tenth or a hundredth as their last digit that tells something. */

export interface Spread {
  readonly median: number;
  readonly p90: number;
  readonly max: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part: number): number => {
    const value = sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN;
    const digits = value < 10 ? 100 : 10;
    return Math.round(value * digits) / digits;
  };
  return { median: at(0.5), p90: at(0.9), max: at(1) };
}
