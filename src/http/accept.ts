/**
 * Which of our two forms an error answer takes: HTML for people, JSON for programs
 * (RFC 9110 §12.5.1, RFC 9457).
 *
 * HTML goes only to those who name it: a program that accepts anything is not a reader of pages.
 */

/** Whoever says more than this about what he accepts has been heard out: it may be an attack. */
const acceptCharsMax = 1024;

/** `*` alone, `type/*`, the type itself: how near a range comes, 0 being not at all. */
type Nearness = 0 | 1 | 2 | 3;

interface Weight {
  nearness: Nearness;
  quality: number;
  /** Which range of the list said so. */
  place: number;
}

/** True: answer in HTML. `accept` is the field's value, its lines joined; undefined without any. */
export function wantsHtml(accept: string | undefined): boolean {
  if (accept === undefined || accept === "*/*") return false;
  // Every browser begins so, and nothing that follows can outweigh it.
  if (accept.startsWith("text/html,")) return true;
  const html: Weight = { nearness: 0, quality: 0, place: 0 };
  const json: Weight = { nearness: 0, quality: 0, place: 0 };
  let place = 0;
  for (const range of splitOutsideQuotes(accept.slice(0, acceptCharsMax), ",")) {
    place += 1;
    const [media = "", ...parameters] = splitOutsideQuotes(range.toLowerCase(), ";");
    const quality = qualityOf(parameters);
    const name = media.trim();
    weigh(html, { nearness: htmlNearness(name), quality, place });
    weigh(json, { nearness: jsonNearness(name), quality, place });
  }
  if (html.nearness < 2 || html.quality === 0) return false;
  if (html.quality !== json.quality) return html.quality > json.quality;
  return json.nearness < 3 || html.place < json.place;
}

/** The nearest range decides; among equally near ones the best, then the first. */
function weigh(so: Weight, range: Weight): void {
  if (range.nearness === 0 || range.nearness < so.nearness) return;
  if (range.nearness === so.nearness && range.quality <= so.quality) return;
  so.nearness = range.nearness;
  so.quality = range.quality;
  so.place = range.place;
}

function htmlNearness(media: string): Nearness {
  if (media === "text/html") return 3;
  if (media === "text/*") return 2;
  return media === "*/*" ? 1 : 0;
}

function jsonNearness(media: string): Nearness {
  if (media === "application/json" || media === "application/problem+json") return 3;
  if (media === "application/*") return 2;
  return media === "*/*" ? 1 : 0;
}

/** RFC 9110 §12.4.2, in thousandths; what is no weight counts as none given. */
function qualityOf(parameters: readonly string[]): number {
  for (const parameter of parameters) {
    const found = /^\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*$/.exec(parameter);
    if (found !== null) return Math.round(Number(found[1]) * 1000);
  }
  return 1000;
}

/** The parts between separators, a quoted string being one word (RFC 9110 §5.6.4). */
function splitOutsideQuotes(text: string, separator: string): string[] {
  if (!text.includes('"')) return text.split(separator);
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const mark = text[at]!;
    if (mark === '"') quoted = !quoted;
    else if (quoted && mark === "\\") at += 1;
    else if (!quoted && mark === separator) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}
