/** `src/a.ts:12`, `a.ts(12,3)`, `File "a.py", line 12` */
const PLACE = /[\w)\]-]\.\w{1,8}(?::\d+|\(\d+[,)])|\bline \d+/u;
const TROUBLE =
  /\b(?:\w*error|assert\w*|expect\w*|received|actual|fail\w*|fatal|\w*exception|panic\w*|not ok|undefined)\b/iu;
const LIBRARY = /node_modules\/|node:internal|\/site-packages\//u;
/** What stands below an error or a place often explains it, the nearest first. */
const EXPLAINED_WITHIN = 10;
/** Of lines with nothing about them, the last few say how it ended. */
const LAST_WORDS = 3;

/**
 * Which lines of a program's output say most about what went wrong, the most telling first: those with a place in a file
 * and those about an error, the earliest of them first, then those just below such a line, then the last few. Lines without
 * a word, and those that were there before, tell nothing.
 */
export function tellingLines(lines: readonly string[]): readonly number[] {
  const scores = scored(lines);
  const telling = lines.map((_, index) => index).filter((index) => (scores[index] ?? 0) > 0);
  const lastWords = lines
    .map((_, index) => index)
    .filter((index) => scores[index] === 0)
    .slice(-LAST_WORDS);
  return [...telling.sort((one, other) => (scores[other] ?? 0) - (scores[one] ?? 0) || one - other), ...lastWords];
}

function scored(lines: readonly string[]): readonly number[] {
  const seen = new Set<string>();
  let below = EXPLAINED_WITHIN;
  return lines.map((line) => {
    const isNew = !seen.has(line.trim()) && /[\p{L}\p{N}]/u.test(line);
    seen.add(line.trim());
    const names = (PLACE.test(line) ? 2 : 0) + (TROUBLE.test(line) ? 2 : 0);
    below = names > 0 ? 0 : below + 1;
    if (!isNew || LIBRARY.test(line)) return -1;
    return names + Math.max(0, 1 - below / EXPLAINED_WITHIN);
  });
}
