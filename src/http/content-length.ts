/**
 * Content-Length: digits and nothing else (RFC 9110 §8.6). No sign, no list, no white space inside,
 * and no number that a double cannot hold: what is not certain is refused (threats 4 to 6).
 */

const digitsPattern = /^[0-9]{1,19}$/;

/** Bytes; undefined if `value` is not a length that can be trusted. */
export function readContentLength(value: string): number | undefined {
  if (!digitsPattern.test(value)) return undefined;
  const bytes = Number(value);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
