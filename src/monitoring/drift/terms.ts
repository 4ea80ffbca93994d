/** Words that people who build software use whatever they build; and short ones of any language. */
const GENERAL = new Set(
  (
    "about add added again all also already always another any apply are argument array async await back because been before " +
    "behaviour behavior bool boolean both branch break bug build but call called caller callers can case cases change changed " +
    "changes check checks class clean code command comment complete config const could create created current data default " +
    "delete description did directory does done each edge edit else empty ensure error errors every exist existing expect " +
    "expected export fail failed failing fails false field file files find first fix fixed follow following for found from " +
    "function functions get good handle handled handles has have here how implement implementation implemented import index " +
    "input instead interface into issue item just keep know last let lets level like line lines list load local look looking " +
    "looks main make makes method missing mock module more move much must name need needs new next none not note nothing " +
    "now null number object old one only open option other otherwise out output package parameter part pass passed passes " +
    "passing path plan possible problem project promise read really reason remove rename replace repository request require " +
    "required result results return returns right root run running runs same save script second see set setup should show " +
    "shows similar simple since small some something source spec start started state step still string structure sure take " +
    "task test tested testing tests text than that the their them then there these thing think this those through time " +
    "todo true try two type types undefined understand until update updated use used user uses using value values variable " +
    "verify very want was way well were what when where which while will with without work worked working works would write " +
    "written wrong you your src lib app tests spec main " +
    // Tools that tasks are checked with.
    "bin bundle bun bunx cargo cmake exec gradle gradlew jest make mocha modules mvn node npm npx php phpunit pip pnpm " +
    "poetry pytest python rake rspec ruby sbt terraform tsc unittest vendor vitest yarn"
  ).split(" "),
);

const FUNCTION_WORDS: Readonly<Record<string, string>> = {
  en: "the and is are was with that this for of to in it be not have from will when",
  de: "der die das und ist ein eine nicht mit für von zu im auf dass wird werden den dem auch",
  fr: "le la les des et est un une pas pour dans que qui sur avec par du au sont ce",
  es: "el los las y es una no para en que con por del al se como su lo más está",
  it: "il gli e è un una non per che con del della di nel sono come si al più anche",
  pt: "o os as e é um uma não para em que com por do da no na se como mais",
  nl: "de het en is een niet met voor van op dat wordt worden zijn als ook te aan bij naar",
  pl: "i w na z do nie jest się że to jak dla od po przez są lub tylko oraz tak",
};

const LANGUAGES_OF_WORD = new Map<string, string[]>();
for (const [language, words] of Object.entries(FUNCTION_WORDS)) {
  for (const word of words.split(" ")) LANGUAGES_OF_WORD.set(word, [...(LANGUAGES_OF_WORD.get(word) ?? []), language]);
}

const BEYOND_ASCII = /[\u0080-\uffff]/;
/** Greek is the first script after Latin. */
const BEYOND_LATIN = /[\u0370-\uffff]/u;
const WITHOUT_SPACES = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
const SCRIPTS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["japanese", /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ["chinese", /\p{Script=Han}/gu],
  ["korean", /\p{Script=Hangul}/gu],
  ["cyrillic", /\p{Script=Cyrillic}/gu],
  ["arabic", /\p{Script=Arabic}/gu],
  ["greek", /\p{Script=Greek}/gu],
  ["hebrew", /\p{Script=Hebrew}/gu],
  ["devanagari", /\p{Script=Devanagari}/gu],
  ["thai", /\p{Script=Thai}/gu],
];

const STEM = 5;
const SHORTEST = 3;
const MAX_CHARACTERS = 4_000;
const LANGUAGE_CHARACTERS = 500;

/**
 * What a text is about, each term once: the beginnings of its words, parts of identifiers apart, without what is said of
 * any software; pairs of characters where a script has no spaces.
 */
export function termsOf(text: string): Set<string> {
  const terms = new Set<string>();
  for (const word of wordsOf(text)) {
    if (WITHOUT_SPACES.test(word)) for (let at = 0; at + 2 <= word.length; at++) terms.add(word.slice(at, at + 2));
    else if (word.length >= SHORTEST && !GENERAL.has(word) && !/^\d+$/u.test(word)) terms.add(word.slice(0, STEM));
  }
  return terms;
}

/** A name of the language a text is in; undefined where it does not show. */
export function languageOf(text: string): string | undefined {
  const head = text.slice(0, LANGUAGE_CHARACTERS);
  return scriptOf(head) ?? latinLanguageOf(head);
}

function scriptOf(text: string): string | undefined {
  if (!BEYOND_LATIN.test(text)) return undefined;
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  return SCRIPTS.find(([, pattern]) => (text.match(pattern)?.length ?? 0) > letters / 8)?.[0];
}

/** By its function words; two of them at least. */
function latinLanguageOf(text: string): string | undefined {
  const hits = new Map<string, number>();
  let best: string | undefined;
  let most = 1;
  for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? []) {
    for (const language of LANGUAGES_OF_WORD.get(word) ?? []) {
      const count = (hits.get(language) ?? 0) + 1;
      hits.set(language, count);
      if (count > most) [best, most] = [language, count];
    }
  }
  return best;
}

function wordsOf(text: string): string[] {
  const head = text.slice(0, MAX_CHARACTERS);
  // Nearly all paths and most texts; many times faster than the way for all scripts.
  if (!BEYOND_ASCII.test(head)) {
    return (
      head
        .replace(/([a-z])(?=[A-Z])/g, "$1 ")
        .toLowerCase()
        .match(/[a-z0-9]+/g) ?? []
    );
  }
  const apart = head.replace(/(\p{Ll})(?=\p{Lu})/gu, "$1 ").toLowerCase();
  return (
    apart
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}
