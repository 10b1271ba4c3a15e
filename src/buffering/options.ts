/** How much of bodies is kept for clients and upstreams that are slow. */

/** For all exchanges together. */
export interface BufferOptions {
  /**
   * Bytes of bodies in memory; undefined: an eighth of the machine's memory (of the cgroup's limit,
   * if there is one), at least 32 MiB and at most 256 MiB.
   */
  readonly memoryBytesMax: number | undefined;
  /** Bytes of bodies in the spool file; 0: no file. 1 GiB by default. */
  readonly diskBytesMax: number;
  /** Of the spool file; `/var/tmp` by default, since `/tmp` is memory on many systems. */
  readonly directory: string;
}

/** For the exchanges of one route. */
export interface RouteBuffering {
  /**
   * A request's body is collected up to this size before an upstream is occupied; a longer one is
   * streamed. 0: always streamed. 16 MiB by default.
   */
  readonly requestBytesMax: number;
  /**
   * So much of one answer is taken from its upstream ahead of a slow client. 0: no more than a
   * read. 1 GiB by default, as with nginx.
   */
  readonly responseBytesMax: number;
}

export const bufferOptions: BufferOptions = {
  memoryBytesMax: undefined,
  diskBytesMax: 1024 * 1024 * 1024,
  directory: "/var/tmp",
};

export const routeBuffering: RouteBuffering = {
  requestBytesMax: 16 * 1024 * 1024,
  responseBytesMax: 1024 * 1024 * 1024,
};
