/**
 * In turn (round robin): each upstream of a pool gets the next exchange. Even where requests cost
 * about the same, and nothing need be known of the upstreams.
 */

/**
 * The index of the upstream whose turn it is, of `count`; those in `tried` have had this exchange
 * already and are stepped over. `turn` counts up by one for each exchange, for ever. undefined: all
 * of them were tried.
 */
export function pickInTurn(
  count: number,
  turn: number,
  tried: readonly number[],
): number | undefined {
  for (let step = 0; step < count; step++) {
    const index = (turn + step) % count;
    if (!tried.includes(index)) return index;
  }
  return undefined;
}
