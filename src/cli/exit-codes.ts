/** What the program's end means to whoever started it. */

export const exitCodes = {
  /** Also a stop that was asked for and drained, or came to the end of its patience. */
  ok: 0,
  /** Something went wrong while running; a second signal cut what the first one waited for. */
  failed: 1,
  usage: 2,
  configInvalid: 3,
  /** There is no running program there to ask. */
  unreachable: 4,
  cannotBind: 5,
  /** `diff` has something to show. */
  differs: 6,
} as const;
