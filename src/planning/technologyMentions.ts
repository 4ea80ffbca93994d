/**
 * What in a feature's text names a technology, by the form it is written in; a name that stands alone ("Redis") cannot
 * be told from any other name, and a list of products would be out of date the day it is written. Rather too few than
 * too many: each costs a session.
 */

/** A name with a capital inside, a dot, a plus or a digit: "PostgreSQL", "Node.js", "C++", "OAuth2", "GraphQL". */
const MARKED_NAME = String.raw`[A-Z][A-Za-z]{0,30}(?:[a-z][A-Z]|[A-Z][A-Z][a-z]|\.[a-z]|\+\+|#|\d)[\w.+#]{0,30}`;
/** A name as any other. */
const PLAIN_NAME = "[A-Z][A-Za-z]{1,30}";
const NAME = `(?:${MARKED_NAME}|${PLAIN_NAME})`;
const VERSION = String.raw`v?\d+(?:\.(?:\d+|x))*`;

const USED = [
  String.raw`[Uu]sing|[Vv]ia|[Bb]ased on|[Bb]uilt (?:on|with)|[Pp]owered by|[Ww]ritten in|[Bb]acked by|[Ii]ntegrat\w+ with|[Ss]upport for`,
  String.raw`(?:[Uu]pgrad|[Mm]igrat|[Pp]ort|[Ss]witch)\w* (?:\w{1,30} ){0,2}(?:to|from)`,
].join("|");
const PLACED = "[Uu]ses?|with|in|on|to|from|through|against|for";
const KIND_OF_SOFTWARE =
  "APIs?|SDK|CLI|server|clusters?|databases?|library|framework|client library|driver|plugins?|protocol|runtime|webhooks?|queue|broker|topics?|containers?|middleware";

/**
 * In the order in which they are looked for; the first group is what is named. Repetitions are bounded, so that any
 * text is read in time that grows with its length alone.
 */
const KINDS: readonly RegExp[] = [
  // Packages: @scope/name, name@1.2
  /(?<![\w@/.:-])(@[a-z0-9][\w.-]{0,60}\/[a-z0-9][\w.-]{0,60})/gu,
  /(?<![\w@/.:-])([a-z][a-z0-9._/-]{0,60}@[\^~]?\d+(?:\.(?:\d+|x))*)(?![\w.]*[A-Za-z])/gu,
  // Published standards: RFC 9110, ISO 8601, PEP 8
  /\b((?:RFC|ISO|IEC|IEEE|ECMA|PEP|ITU|ANSI|NIST)[ -]?[A-Z]?\d[\w.-]{0,30}\b)/gu,
  // Names with a version: PostgreSQL 16, OAuth 2.0, HTTP/2, React v18
  new RegExp(String.raw`\b(${MARKED_NAME} ${VERSION})(?![\w%])`, "gu"),
  /\b([A-Z][A-Za-z]{1,30}(?: v\d+(?:\.\d+)*| \d+(?:\.\d+){1,2}))(?![\w%.]*\w)/gu,
  new RegExp(
    String.raw`\b(?:${USED}|to|on|for|with|from) ([A-Z][A-Za-z]{1,30} \d{1,4})(?=\s*(?:[.,;:)]?\s*$|[.,;:)]\s|(?:and|or|to|only)\b))`,
    "gmu",
  ),
  /\b([A-Z]{2,10}\/\d(?:\.\d)?)(?!\w)/gu,
  // Names that are used, or in which something is placed
  new RegExp(String.raw`\b(?:${USED})(?: (?:the|a|an|our))? (${NAME})(?!\w)`, "gu"),
  new RegExp(String.raw`\b(?:${PLACED})(?: (?:the|a|an|our))? (${MARKED_NAME})(?!\w)`, "gu"),
  // Names of a kind of software: the Stripe API, a Redis cluster
  new RegExp(String.raw`\b(?:the|a|an|our|[a-z]{1,30}) (${PLAIN_NAME}) (?:${KIND_OF_SOFTWARE})\b`, "gu"),
];

/** Words that are written with a capital, or before a number, and name no technology. */
const ORDINARY = new Set(
  `a an and any api apis april at august case chapter cli csv day december each english february figure french friday
  german html http https id ids if it item january json july june level line march markdown may milestone monday month
  new next no note number october on one only option our page part pdf phase point question readme release requirement
  rest row saturday section september sprint stage step sunday table task the their this thursday ticket todo tuesday ui url
  urls user utf version wednesday week xml year yaml you your`.split(/\s+/u),
);

const MOST_NAMED = 5;

/** The technologies a text names, in the order of the kinds above; at most five. */
export function technologyMentions(text: string): readonly string[] {
  const named: string[] = [];
  for (const kind of KINDS) {
    for (const [, match = ""] of text.matchAll(kind)) {
      const name = match.replace(/[.,]$/u, "");
      if (isOrdinary(name) || named.some((earlier) => earlier.startsWith(name))) continue;
      named.push(name);
      if (named.length === MOST_NAMED) return named;
    }
  }
  return named;
}

function isOrdinary(name: string): boolean {
  const [word = ""] = name.split(/[\s\d-]/u);
  return ORDINARY.has(word.toLowerCase());
}
