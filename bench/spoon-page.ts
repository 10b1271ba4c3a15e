/** The pages of the spoon experiment: every byte tells the page's number and its place. */

/** 2 ms of a fast network, and a quarter of a minute for whoever takes 64 KB a second. */
export const pageBytes = 1_000_000;

/** Where slow readers stand still: more than any socket takes, in the experiment's namespace. */
export const shortPageBytes = 200_000;

/** Made slowly: its first kilobyte is there at once. */
export const begunPageBytes = 100_000;

const cycle = 256;
const base = Buffer.from(Array.from({ length: 65_536 + cycle }, (_, at) => at % cycle));

export function makePage(number: number, bytes: number): Buffer {
  const page = Buffer.allocUnsafe(bytes);
  for (let at = 0; at < bytes; at += 65_536) partOf(number, at, 65_536).copy(page, at);
  return page;
}

/** Whether these are the page's bytes from `at` on. */
export function isOfPage(piece: Buffer, number: number, at: number): boolean {
  for (let done = 0; done < piece.length; done += 65_536) {
    const part = piece.subarray(done, done + 65_536);
    if (!part.equals(partOf(number, at + done, part.length))) return false;
  }
  return true;
}

function partOf(number: number, at: number, bytes: number): Buffer {
  const from = (at + number) % cycle;
  return base.subarray(from, from + bytes);
}

/** What the upstream and the clients of the experiment print at their end. */
export interface UpstreamStory {
  /** How long a worker was held for each page that was made, in ms. */
  readonly heldMs: readonly number[];
}

export interface ClientStory {
  /** Of clients whose page was whole, from the request to its first and to its last byte, in ms. */
  readonly firstByteMs: readonly number[];
  readonly wholeMs: readonly number[];
  readonly begunCount: number;
  readonly wrongCount: number;
  /** Their connections ended too early. */
  readonly brokenCount: number;
}

/** What the client that waits for first bytes prints, of each proxy. */
export interface FirstByteStory {
  /** From a request to the first byte of its answer's body, and to the last, in ms. */
  readonly firstMs: readonly number[];
  readonly lastMs: readonly number[];
}
