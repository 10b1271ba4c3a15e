/** Random messages for property tests and the fuzzer's round trips: valid ones, and any bytes. */

import fc from "fast-check";

import { idOfName, isFraming, isHeadOnly, isHopByHop } from "../../../src/http/field-names.ts";
import { Fields, isFieldValue } from "../../../src/http/fields.ts";
import { cutAt } from "../../support/every-split.ts";

const tokenLetters = Array.from("!#$%&'*+-.^_`|~09azAZ");
const valueLetters = Array.from('\t !"(),/:;<=>?@[\\]{}~09azAZ\x80\x85\xa0\xff');
const targetLetters = Array.from('/?&=%+;:@.~-_0aZ\\"{}|^`<>');

const commonNames = [
  "Accept",
  "User-Agent",
  "Cookie",
  "X-A",
  "x-a",
  "__proto__",
  "Set-Cookie",
  "Date",
];

const textOf = (letters: readonly string[], max: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...letters), { maxLength: max }).map((found) => found.join(""));

export const aToken: fc.Arbitrary<string> = textOf(tokenLetters, 20).filter((text) => text !== "");

export const aTarget: fc.Arbitrary<string> = textOf(targetLetters, 60).map((text) => `/${text}`);

const aValue = textOf(valueLetters, 60).filter(isFieldValue);

/** Names that mean nothing to a wire machine, or it would not hand them on. */
const aFreeName = fc.oneof(fc.constantFrom(...commonNames), aToken).filter((name) => {
  const field = idOfName(name.replaceAll(/[^0-9A-Za-z]/g, "-"));
  const steers = isFraming(field) || isHopByHop(field) || /^(?:host|expect)$/i.test(name);
  return !steers && (field === 0 || idOfName(name) !== 0);
});

export const somePairs: fc.Arbitrary<[string, string][]> = fc.array(fc.tuple(aFreeName, aValue), {
  maxLength: 12,
});

export const someTrailers: fc.Arbitrary<[string, string][]> = somePairs.map((pairs) =>
  pairs.filter(([name]) => !isHeadOnly(idOfName(name))),
);

/** The pieces of a body, none of them empty. */
export const someBody: fc.Arbitrary<Buffer[]> = fc
  .array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 8 })
  .map((pieces) => pieces.map((piece) => Buffer.from(piece)));

/** Numbers in [0, 1) that say where a wire is cut. */
export const someCuts: fc.Arbitrary<number[]> = fc.array(
  fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  { maxLength: 12 },
);

/** The wire cut at these parts of its length. */
export function cutInParts(wire: Uint8Array, cuts: readonly number[]): readonly Buffer[] {
  const places = cuts.map((part) => Math.floor(part * wire.length)).sort((a, b) => a - b);
  return cutAt(wire, places).filter((piece) => piece.length > 0);
}

/** As `Notes` writes fields down. */
export function indented(pairs: readonly (readonly [string, string])[]): readonly string[] {
  return Fields.of(pairs)
    .write()
    .split("\r\n")
    .slice(0, -1)
    .map((line) => `  ${line}`);
}
