/** How much of a head a wire machine holds, in bytes and lines; names as in `limits/options.ts`. */
export interface HeadLimits {
  readonly headBytesMax: number;
  readonly fieldBytesMax: number;
  readonly fieldsMax: number;
  readonly targetBytesMax: number;
}

/** What upstreams may send: a response head of 64 KB is seen with large sets of cookies and CSP. */
export const responseLimits: HeadLimits = {
  headBytesMax: 64 * 1024,
  fieldBytesMax: 32 * 1024,
  fieldsMax: 256,
  targetBytesMax: 0,
};
