/** The word that was probably meant. */

/** Undefined if nothing is near enough to be a typing error, or a longer form, of it. */
export function nearestWord(found: string, words: Iterable<string>): string | undefined {
  const wanted = fold(found);
  const distanceMax = Math.max(1, Math.floor(wanted.length / 3));
  let nearest: string | undefined;
  let nearestDistance = distanceMax + 1;
  for (const word of words) {
    const distance = Math.min(
      editDistance(wanted, fold(word)),
      // `loadbalance` for `balance`: a typing error says nothing, but the word is in it.
      contains(wanted, fold(word)) ? distanceMax : Infinity,
    );
    if (distance < nearestDistance) [nearest, nearestDistance] = [word, distance];
  }
  return nearest;
}

const containedLengthMin = 4;

function contains(a: string, b: string): boolean {
  if (Math.min(a.length, b.length) < containedLengthMin) return false;
  return a.includes(b) || b.includes(a);
}

/** Case and the ways to join words are no difference. */
const fold = (word: string): string => word.toLowerCase().replace(/[-_ ]/g, "");

/** Longest word that is compared: the table below is quadratic, and a key can be a page of text. */
const comparedLengthMax = 64;

/** Levenshtein's, with a swap of neighbours as one step (Damerau, optimal string alignment). */
function editDistance(a: string, b: string): number {
  if (Math.max(a.length, b.length) > comparedLengthMax) return Infinity;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let row = 1; row <= a.length; row++) {
    const next = [row];
    for (let column = 1; column <= b.length; column++) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1;
      const isSwap = row > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      next[column] = Math.min(
        at(last, column) + 1,
        at(next, column - 1) + 1,
        at(last, column - 1) + cost,
        isSwap ? at(before, column - 2) + 1 : Infinity,
      );
    }
    before = last;
    last = next;
  }
  return at(last, b.length);
}

const at = (row: readonly number[], column: number): number => row[column] ?? Infinity;
