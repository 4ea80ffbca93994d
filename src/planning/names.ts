/** Names of nothing in particular: every plan has them, and two of them mean one thing. */
const GENERAL = new Set(
  "api apis http https url urls ui ux cli id ids db sdk os io cpu ci crud mvp todo faq".split(" "),
);
const BEFORE_A_NAME = new Set("in on with using via through".split(" "));
const SHORTEST_PREFIX = 4;

interface Token {
  readonly text: string;
  /** The word before, in lower case. An article is one too: what follows it is a thing, not a name. */
  readonly after: string;
  readonly isFirst: boolean;
  /** What stands after it: nothing, a mark, or another word. */
  readonly endsPhrase: boolean;
}

/**
 * The words of a title that name something in particular: capitals inside or after the first word,
 * letters with digits, and the single word a title ends in after "in", "with", "using" ("in redis"). In a title with
 * A Capital On Every Word the first letters say nothing.
 */
export function namesIn(title: string): string[] {
  const tokens = tokensOf(title);
  const later = tokens.filter(({ isFirst, text }) => !isFirst && text.length > 3);
  const capitalised = later.filter(({ text }) => /^\p{Lu}/u.test(text)).length;
  const isTitleCase = later.length > 2 && 2 * capitalised > later.length;
  const names = tokens.filter((token) => isName(token, isTitleCase)).map(({ text }) => text);
  return [...new Set(names)].filter((name) => !GENERAL.has(name.toLowerCase()));
}

/** "postgres" and "postgresql" are one name. Both in lower case. */
export function sameName(one: string, other: string): boolean {
  if (one === other) return true;
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  return short.length >= SHORTEST_PREFIX && long.startsWith(short);
}

function isName({ text, after, isFirst, endsPhrase }: Token, isTitleCase: boolean): boolean {
  if (text.length < 2) return false;
  if (/^.+\p{Lu}/u.test(text) || /\p{L}\p{N}|\p{N}\p{L}/u.test(text)) return !/^\p{N}/u.test(text);
  if (!isFirst && !isTitleCase && /^\p{Lu}/u.test(text)) return true;
  return BEFORE_A_NAME.has(after) && endsPhrase;
}

function tokensOf(title: string): Token[] {
  const matches = [...title.matchAll(/[\p{L}\p{N}]+/gu)];
  return matches.map((match, index) => ({
    text: match[0],
    after: matches[index - 1]?.[0].toLowerCase() ?? "",
    isFirst: index === 0,
    endsPhrase: /^\W*$|^[,;:.()]/u.test(title.slice(match.index + match[0].length)),
  }));
}
