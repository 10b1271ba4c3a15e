/** Times as lines of the access log show them; what stays the same for a second is made once. */

const digitsOf = (length: number) => (_: unknown, at: number) => String(at).padStart(length, "0");
const twoDigits: readonly string[] = Array.from({ length: 100 }, digitsOf(2));
const threeDigits: readonly string[] = Array.from({ length: 1000 }, digitsOf(3));

const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** A moment's text whose part up to the second is made once a second. */
class TextBySecond {
  readonly #make: (date: Date) => string;
  #second = Number.NaN;
  #text = "";

  constructor(make: (date: Date) => string) {
    this.#make = make;
  }

  of(timeMs: number): string {
    const second = Math.floor(timeMs / 1000);
    if (second !== this.#second) {
      this.#text = this.#make(new Date(second * 1000));
      this.#second = second;
    }
    return this.#text;
  }
}

const isoSeconds = new TextBySecond((date) => date.toISOString().slice(0, -4));
const clockSeconds = new TextBySecond((date) => `${clockOf(date)}.`);
const logTimes = new TextBySecond(logTime);

/** `2026-11-23T12:00:00.007Z` (RFC 3339). */
export function isoTime(timeMs: number): string {
  return `${isoSeconds.of(timeMs)}${fraction(timeMs)}Z`;
}

/** `13:00:00.007`, on the clock of this machine's time zone. */
export function clockTime(timeMs: number): string {
  return clockSeconds.of(timeMs) + fraction(timeMs);
}

/** `23/Nov/2026:13:00:00 +0100`, as NCSA's logs have it, in this machine's time zone. */
export function commonLogTime(timeMs: number): string {
  return logTimes.of(timeMs);
}

/** To the microsecond, by table: writing a fraction by V8's own shortest form takes far longer. */
export function milliseconds(ms: number): string {
  const microseconds = Math.round(ms * 1000);
  // What a clock that jumped would give; and NaN would not be JSON.
  if (!(microseconds > 0 && microseconds < 1e15)) return "0";
  const whole = Math.floor(microseconds / 1000);
  return `${whole}.${threeDigits[microseconds - whole * 1000]!}`;
}

function fraction(timeMs: number): string {
  return threeDigits[Math.floor(timeMs - Math.floor(timeMs / 1000) * 1000)] ?? "000";
}

function clockOf(date: Date): string {
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()];
  return parts.map((part) => twoDigits[part] ?? "00").join(":");
}

function logTime(date: Date): string {
  const offset = -date.getTimezoneOffset();
  const minutes = Math.abs(offset);
  const hours = twoDigits[Math.floor(minutes / 60)] ?? "00";
  const zone = `${offset < 0 ? "-" : "+"}${hours}${twoDigits[minutes % 60] ?? "00"}`;
  const day = `${twoDigits[date.getDate()] ?? "00"}/${months[date.getMonth()]}`;
  return `${day}/${date.getFullYear()}:${clockOf(date)} ${zone}`;
}
