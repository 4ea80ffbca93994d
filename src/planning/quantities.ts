import { stem } from "./terms.ts";

/** A number and what it counts. Sizes are in bytes and times in milliseconds, so that 1 minute is 60 seconds. */
export interface Quantity {
  readonly value: number;
  readonly unit: string;
}

/** In each line the names, and how many bytes or milliseconds one is. */
const SIZES = [
  ["b byte bytes", 1],
  ["kb kilobyte kilobytes", 1e3],
  ["kib", 2 ** 10],
  ["mb megabyte megabytes", 1e6],
  ["mib", 2 ** 20],
  ["gb gigabyte gigabytes", 1e9],
  ["gib", 2 ** 30],
  ["tb terabyte terabytes", 1e12],
] as const;
const TIMES = [
  ["ms millisecond milliseconds", 1],
  ["s sec secs second seconds", 1e3],
  ["min mins minute minutes", 60e3],
  ["h hour hours", 3_600e3],
  ["d day days", 86_400e3],
  ["week weeks", 7 * 86_400e3],
  ["month months", 30 * 86_400e3],
  ["year years", 365 * 86_400e3],
] as const;

const UNITS = new Map([...namesOf(SIZES, "bytes"), ...namesOf(TIMES, "time")]);

/** From two on: "one" is said of anything. */
const NUMBER_WORDS = "two three four five six seven eight nine ten".split(" ");
const QUANTITY = new RegExp(
  `(?<![\\p{L}\\p{N}.,])(\\d+(?:[.,]\\d+)*|(?:${NUMBER_WORDS.join("|")})(?=[\\s-]))[\\s-]?(%|\\p{L}+)`,
  "giu",
);

/** After a number these begin something else. */
const NO_UNIT = new Set(
  "a an and as at by for from if in into is of on or per than the then to when with x".split(" "),
);

/** Numbers with a unit or with what they count ("3 retries"). A number alone may be a name: "ISO 8601". */
export function quantitiesIn(text: string): Quantity[] {
  return [...text.matchAll(QUANTITY)].flatMap(([, digits = "", word = ""]) => {
    const name = word.toLowerCase();
    const value = numberOf(digits);
    if (NO_UNIT.has(name)) return [];
    const known = UNITS.get(name);
    return [known === undefined ? { value, unit: stem(name) } : { value: value * known.factor, unit: known.unit }];
  });
}

/** "1,000" and "1,000.5" are thousands; "1,5" is one and a half. */
function numberOf(digits: string): number {
  const word = NUMBER_WORDS.indexOf(digits.toLowerCase());
  if (word >= 0) return word + 2;
  const plain = /^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/u.test(digits) ? digits.replaceAll(",", "") : digits.replace(",", ".");
  return Number.parseFloat(plain);
}

function namesOf(lines: typeof SIZES | typeof TIMES, unit: string): [string, { unit: string; factor: number }][] {
  return lines.flatMap(([names, factor]) =>
    names.split(" ").map((name): [string, { unit: string; factor: number }] => [name, { unit, factor }]),
  );
}
