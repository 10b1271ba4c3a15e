/**
 * Assertions: what cannot be false unless this program is wrong. Bad input is never an assertion
 * (that is a `Failure`); a failed assertion ends the exchange, or the connection, that it is in.
 */

export class AssertionFailed extends Error {
  override readonly name = "AssertionFailed";
}

export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionFailed(message);
}
