/**
 * Words reduced to what two people who mean the same thing share: lower case, no accents, no filler words, no
 * endings, one name for words of one meaning. Pure and the same on every machine: no locale, no dictionary.
 */
const FILLER = new Set(
  (
    "a an the and or of for to in on at by with from into as is are be been was were that this these those it its " +
    "their them they our we you your so when if then than via per using use used uses all each any both new also " +
    "can will should must may have has had do does which who what where how there here one such only just more " +
    "add create implement build write make introduce provide define develop set setup put get let allow support " +
    "ensure enable handle update change modify adjust extend improve enhance refactor rework wire hook up " +
    "code feature functionality logic work task step part first initial basic simple proper existing based"
  ).split(" "),
);

const SUFFIXES = ["ization", "isation", "ation", "ator", "ement", "ments", "ment", "ance", "ence", "izer", "iser"];
const VERB_SUFFIXES = "ize ise ate izing ising ating ized ised ated ing ers er ion or ed ly".split(" ");

/** Words of one meaning in software plans; the first of a line stands for all. */
const SYNONYMS = [
  "store persist save storage persistence database db",
  "remove delete drop deletion removal",
  "test spec coverage cover testing",
  "document documentation docs doc readme guide manual changelog",
  "config configuration configure settings setting options option preferences",
  "endpoint route routes",
  "auth authentication authenticate login signin",
  "permission authorization authorisation authorize role access",
  "error failure exception fault fail",
  "log logging logger",
  "cli command commandline terminal",
  "validate validation validator check verify verification",
  "type interface types typings",
  "read load loader loading reader",
  "limit throttle throttling limiter quota",
  "metric telemetry monitoring observability instrumentation instrument",
  "performance speed latency benchmark",
  "user account",
  "notify notification alert",
  "find search lookup query",
  "sort order ordering",
  "page pagination paginate paging",
  "release publish packaging",
  "pipeline ci workflow",
  "timeout deadline",
  "concurrent parallel concurrency parallelism",
  "format render print output display show formatter",
  "convert transform conversion transformation",
  "ui frontend page screen view",
  "migrate migration",
  "undo revert rollback restore",
  "http web server",
  "expiry expire expiration ttl",
];

const MAX_REMEMBERED = 50_000;
const REMEMBERED_STEMS = new Map<string, string>();

const CANONICAL = new Map(
  SYNONYMS.flatMap((group) => {
    const stems = group.split(" ").map(stem);
    return stems.map((word) => [word, stems[0] ?? word] as const);
  }),
);

/** The terms of a text in order of appearance, repetitions included. */
export function termsOf(text: string): string[] {
  return words(text)
    .filter((word) => !FILLER.has(word))
    .map(termOf);
}

/** Plans repeat their words: remembering a word's term makes large merges several times faster. */
const REMEMBERED = new Map<string, string>();

function termOf(word: string): string {
  const known = REMEMBERED.get(word);
  if (known !== undefined) return known;
  const stemmed = stem(word);
  const term = CANONICAL.get(stemmed) ?? stemmed;
  if (REMEMBERED.size >= MAX_REMEMBERED) REMEMBERED.clear();
  REMEMBERED.set(word, term);
  return term;
}

/** Lower case, accents and punctuation removed: two texts equal in this form are the same text. */
export function normalised(text: string): string {
  return words(text).join(" ");
}

/** Titles are taken apart several times in a merge. */
const REMEMBERED_LINES = new Map<string, readonly string[]>();
const LONGEST_REMEMBERED = 200;

/** Words in lower case without accents; `camelCase`, `snake_case` and paths are taken apart. */
export function words(text: string): readonly string[] {
  if (text.length > LONGEST_REMEMBERED) return wordsIn(text);
  const known = REMEMBERED_LINES.get(text);
  if (known !== undefined) return known;
  const found = wordsIn(text);
  if (REMEMBERED_LINES.size >= MAX_REMEMBERED) REMEMBERED_LINES.clear();
  REMEMBERED_LINES.set(text, found);
  return found;
}

function wordsIn(text: string): string[] {
  const apart = text.replace(/([\p{Ll}\d])(\p{Lu})/gu, "$1 $2").replace(/['’]s\b/gu, "");
  const plain = /^[\p{ASCII}]*$/u.test(apart) ? apart : apart.normalize("NFKD").replace(/\p{M}/gu, "");
  return plain.toLowerCase().match(/\p{L}+|\p{N}+/gu) ?? [];
}

/** A word without its ending: what stays is the same for "deletes" and "deletion", and need not be a word. */
export function stem(word: string): string {
  const known = REMEMBERED_STEMS.get(word);
  if (known !== undefined) return known;
  const stemmed = findStem(word);
  if (REMEMBERED_STEMS.size >= MAX_REMEMBERED) REMEMBERED_STEMS.clear();
  REMEMBERED_STEMS.set(word, stemmed);
  return stemmed;
}

function findStem(word: string): string {
  if (word.length < 4 || !/^[a-z]+$/u.test(word)) return word;
  const singular = withoutPlural(word);
  const base = withoutSuffix(withoutSuffix(singular, SUFFIXES), VERB_SUFFIXES);
  return withoutDoubling(base).replace(/(?<=..)[ey]$/u, "");
}

function withoutPlural(word: string): string {
  if (word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  return /[^sui]s$/u.test(word) ? word.slice(0, -1) : word;
}

function withoutSuffix(word: string, suffixes: readonly string[]): string {
  const suffix = suffixes.find((ending) => word.endsWith(ending) && word.length - ending.length >= 3);
  return suffix === undefined ? word : word.slice(0, -suffix.length);
}

function withoutDoubling(word: string): string {
  return word.length > 4 && /([bdfglmnprt])\1$/u.test(word) ? word.slice(0, -1) : word;
}
