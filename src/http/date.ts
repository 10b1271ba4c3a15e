/**
 * HTTP dates (RFC 9110 §5.6.7): written in one form, read in all three.
 *
 * The calendar is computed here (Hinnant's days-from-civil) and not by `Date`, so that this room
 * stays free of the machine's clock: times are arguments, in milliseconds since 1970.
 */

const dayMs = 86_400_000;
const weekdays: readonly string[] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months: readonly string[] = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const twoDigits: readonly string[] = Array.from({ length: 100 }, (_, at) =>
  String(at).padStart(2, "0"),
);

/** The last date written, and its second: answers come many to a second. */
let writtenSecond = Number.NaN;
let written = "";

/** `Sun, 06 Nov 1994 08:49:37 GMT`. */
export function writeDate(wallMs: number): string {
  const second = Math.floor(wallMs / 1000);
  if (second !== writtenSecond) {
    written = imfFixdate(second);
    writtenSecond = second;
  }
  return written;
}

function imfFixdate(second: number): string {
  const days = Math.floor(second / 86_400);
  const inDay = second - days * 86_400;
  const { year, month, day } = civilOf(days);
  const hours = twoDigits[Math.floor(inDay / 3600)]!;
  const minutes = twoDigits[Math.floor(inDay / 60) % 60]!;
  const seconds = twoDigits[inDay % 60]!;
  // 1970 began on a Thursday.
  const weekday = weekdays[(((days + 4) % 7) + 7) % 7]!;
  const years = String(year).padStart(4, "0");
  const date = `${twoDigits[day]!} ${months[month - 1]!} ${years}`;
  return `${weekday}, ${date} ${hours}:${minutes}:${seconds} GMT`;
}

// Weekday names are not compared with the date: a wrong one is the sender's slip, no other date.
const imfPattern =
  /^(?:sun|mon|tue|wed|thu|fri|sat), (\d\d) ([a-z]{3}) (\d{4}) (\d\d:\d\d:\d\d) gmt$/i;
const rfc850Pattern =
  /^(?:sun|mon|tues|wednes|thurs|fri|satur)day, (\d\d)-([a-z]{3})-(\d\d) (\d\d:\d\d:\d\d) gmt$/i;
const asctimePattern =
  /^(?:sun|mon|tue|wed|thu|fri|sat) ([a-z]{3}) ([ \d]\d) (\d\d:\d\d:\d\d) (\d{4})$/i;

/**
 * Milliseconds since 1970, or undefined if it is none of the three forms. Case does not matter:
 * RFC 9111 §4.2 asks caches for that. `nowMs` places two-digit years.
 */
export function readDate(text: string, nowMs: number): number | undefined {
  // Every form is 24 to 33 characters long: nothing longer reaches a pattern.
  if (text.length < 24 || text.length > 33) return undefined;
  const imf = imfPattern.exec(text);
  if (imf !== null) return timeOf([imf[3], imf[2], imf[1], imf[4]]);
  const asctime = asctimePattern.exec(text);
  if (asctime !== null) return timeOf([asctime[4], asctime[1], asctime[2], asctime[3]]);
  const old = rfc850Pattern.exec(text);
  if (old === null) return undefined;
  return timeOf([String(fullYear(Number(old[3]), nowMs)), old[2], old[1], old[4]]);
}

/** RFC 9110 §5.6.7: more than 50 years ahead means the most recent past year with these digits. */
function fullYear(lastTwo: number, nowMs: number): number {
  const nowYear = civilOf(Math.floor(nowMs / dayMs)).year;
  const year = nowYear - (nowYear % 100) + lastTwo;
  if (year > nowYear + 50) return year - 100;
  return year < nowYear - 49 ? year + 100 : year;
}

type Part = string | undefined;

/** Year, name of the month, day, and time as `08:49:37`. */
function timeOf(parts: readonly [Part, Part, Part, Part]): number | undefined {
  const [yearText, monthName = "", dayText, time = ""] = parts;
  const month = months.findIndex((name) => name.toLowerCase() === monthName.toLowerCase()) + 1;
  const year = Number(yearText);
  const day = Number(dayText);
  const hours = Number(time.slice(0, 2));
  const minutes = Number(time.slice(3, 5));
  const seconds = Number(time.slice(6));
  // A leap second is written as 60; for us it is the second after 59.
  if (month === 0 || hours > 23 || minutes > 59 || seconds > 60) return undefined;
  if (day < 1 || day > daysIn(year, month)) return undefined;
  return daysOf(year, month, day) * dayMs + ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days since 1970-01-01. Years are counted from March, so that a leap day is a year's last. */
function daysOf(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const leapDays = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  return era * 146_097 + yearOfEra * 365 + leapDays + dayOfYear - 719_468;
}

/** The inverse of `daysOf`. */
function civilOf(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const leapDays =
    Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}
