/**
 * The filters of one answer, in a row: each one's output is the next one, and the last one's is the
 * client.
 */

import type { Failure } from "../base/failure.ts";
import type { Fields } from "../http/fields.ts";
import type { BodySink, Filter, FilterOutput } from "../http/filter.ts";

export class FilterChain implements BodySink {
  readonly #filters: readonly Filter[];
  readonly #links: readonly Link[];
  readonly #first: BodySink;

  /** `filters` in the order in which the body passes them; `output` is behind the last one. */
  constructor(filters: readonly Filter[], output: FilterOutput) {
    this.#filters = filters;
    this.#first = filters[0] ?? output;
    this.#links = filters.map(
      (_, at) => new Link(filters[at + 1] ?? output, filters[at - 1], output),
    );
    for (const [at, filter] of filters.entries()) filter.start(this.#links[at]!);
  }

  sendBody(piece: Buffer): number {
    return this.#first.sendBody(piece);
  }

  sendEnd(trailers?: Fields): void {
    this.#first.sendEnd(trailers);
  }

  flush(): void {
    this.#first.flush();
  }

  /** The client has room again. */
  onRoom(): void {
    this.#filters.at(-1)?.onRoom();
  }

  /** Nothing comes out any more. Harmless a second time. */
  close(): void {
    for (const [at, link] of this.#links.entries()) if (link.close()) this.#filters[at]!.close();
  }
}

/** What one filter sees of what is behind it; after the end it leads nowhere. */
class Link implements FilterOutput {
  readonly #next: BodySink;
  readonly #before: Filter | undefined;
  readonly #output: FilterOutput;
  #isClosed = false;

  constructor(next: BodySink, before: Filter | undefined, output: FilterOutput) {
    this.#next = next;
    this.#before = before;
    this.#output = output;
  }

  /** As on a leg that is over, every piece has room. */
  sendBody(piece: Buffer): number {
    return this.#isClosed ? Math.max(1, piece.length) : this.#next.sendBody(piece);
  }

  sendEnd(trailers?: Fields): void {
    if (!this.#isClosed) this.#next.sendEnd(trailers);
  }

  flush(): void {
    if (!this.#isClosed) this.#next.flush();
  }

  onRoom(): void {
    if (!this.#isClosed) (this.#before ?? this.#output).onRoom();
  }

  onFailure(failure: Failure): void {
    if (!this.#isClosed) this.#output.onFailure(failure);
  }

  /** Returns whether it was open. */
  close(): boolean {
    const wasOpen = !this.#isClosed;
    this.#isClosed = true;
    return wasOpen;
  }
}
