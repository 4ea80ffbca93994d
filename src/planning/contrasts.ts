import type { PlanItem } from "../types.ts";
import { namesIn, sameName } from "./names.ts";
import { areOpposed, type SidedTitle, sidedTitle } from "./opposites.ts";
import { type Quantity, quantitiesIn } from "./quantities.ts";
import { termsOf, words } from "./terms.ts";

/** What sets an item's title against another's, however alike their words are. */
export interface ItemContrasts {
  readonly sided: SidedTitle;
  readonly terms: ReadonlySet<string>;
  readonly methods: readonly string[];
  readonly quantities: readonly Quantity[];
  /** Its numbers, and all its words but those. */
  readonly numbers: string;
  readonly rest: string;
  readonly negated: boolean;
  /** The first word: all that is left to compare of "Use Redis". */
  readonly verb: string;
  /** Products, formats, places: `PostgreSQL`, `in redis`. */
  readonly names: readonly string[];
  /** Whether the item says a name anywhere. */
  readonly mentions: (name: string) => boolean;
}

/** Further on, a negation restricts: "must not overwrite". */
const NEGATED = /^\W*(?:do\s+not|don['’]t|never|no|not|avoid)\b/iu;
const METHOD = /\b(?:GET|POST|PUT|PATCH|DELETE|HEAD)\b/gu;

const REMEMBERED = new WeakMap<PlanItem, ItemContrasts>();

export function contrastsOf(item: PlanItem): ItemContrasts {
  const known = REMEMBERED.get(item) ?? findContrasts(item);
  REMEMBERED.set(item, known);
  return known;
}

function findContrasts(item: PlanItem): ItemContrasts {
  let said: readonly string[] | undefined;
  const inTitle = words(item.title);
  const terms = new Set(termsOf(item.title.replace(NEGATED, "")));
  return {
    sided: sidedTitle(item.title),
    terms,
    methods: item.title.match(METHOD) ?? [],
    quantities: quantitiesIn(item.title),
    numbers: inTitle.filter(isNumber).join(" "),
    rest: inTitle.filter((word) => !isNumber(word)).join(" "),
    negated: NEGATED.test(item.title),
    verb: inTitle[0] ?? "",
    names: namesIn(item.title),
    mentions: (name) => {
      said ??= wordsOf([item.title, item.description, ...item.acceptance, ...item.files].join(" "));
      return said.some((word) => sameName(word, name.toLowerCase()));
    },
  };
}

/** Titles that can be contrary have one of these in common. None where there is nothing to set against another's. */
export function contrastKeys({
  sided,
  methods,
  quantities,
  numbers,
  rest,
  negated,
  names,
  terms,
  verb,
}: ItemContrasts): string[] {
  const byTerms =
    (sided.first | sided.second) !== 0 || negated || methods.length + quantities.length + names.length > 0;
  return [...(byTerms ? [...terms, `verb ${verb}`] : []), ...(numbers === "" ? [] : [`rest ${rest}`])];
}

/**
 * Whether two titles of one matter ask for different things: opposite acts, other HTTP methods, another number of the
 * same unit, one that it is to be done and the other that it is not, or each something of its own name that the other item never mentions.
 */
export function areContrary(left: ItemContrasts, right: ItemContrasts): boolean {
  return (
    areOpposed(left.sided, right.sided) ||
    (areDisjoint(left.methods, right.methods) && shareHalf(left.terms, right.terms)) ||
    differInQuantity(left, right) ||
    differOnlyInNumbers(left, right) ||
    (left.negated !== right.negated && shareMost(left.terms, right.terms)) ||
    areAlternatives(left, right)
  );
}

function differInQuantity(left: ItemContrasts, right: ItemContrasts): boolean {
  if (left.quantities.length === 0 || right.quantities.length === 0) return false;
  const differs = left.quantities.some(({ unit }) => {
    const inUnit = (quantities: readonly Quantity[]) => quantities.filter((one) => one.unit === unit);
    return areDisjoint(inUnit(left.quantities).map(amountOf), inUnit(right.quantities).map(amountOf));
  });
  return differs && shareHalf(withoutNumbers(left.terms), withoutNumbers(right.terms));
}

/** "Return 404 …" and "Return 410 …", the rest word for word. */
function differOnlyInNumbers(left: ItemContrasts, right: ItemContrasts): boolean {
  return left.numbers !== "" && right.numbers !== "" && left.numbers !== right.numbers && left.rest === right.rest;
}

function amountOf({ value }: Quantity): number {
  return value;
}

function areAlternatives(left: ItemContrasts, right: ItemContrasts): boolean {
  if (left.names.length === 0 || right.names.length === 0) return false;
  const ownLeft = left.names.filter((name) => !right.mentions(name));
  const ownRight = right.names.filter((name) => !left.mentions(name));
  if (ownLeft.length === 0 || ownRight.length === 0) return false;
  const [leftRest, rightRest] = [withoutNames(left.terms, ownLeft), withoutNames(right.terms, ownRight)];
  return leftRest.size + rightRest.size === 0 ? left.verb === right.verb : shareMost(leftRest, rightRest);
}

function withoutNames(terms: ReadonlySet<string>, names: readonly string[]): Set<string> {
  const named = new Set(names.flatMap(termsOf));
  return new Set([...terms].filter((term) => !named.has(term)));
}

function withoutNumbers(terms: ReadonlySet<string>): Set<string> {
  return new Set([...terms].filter((term) => !isNumber(term)));
}

/** Both have something, and nothing in common. */
function areDisjoint<Value>(left: readonly Value[], right: readonly Value[]): boolean {
  return left.length > 0 && right.length > 0 && !left.some((one) => right.includes(one));
}

function shareHalf(left: ReadonlySet<string>, right: ReadonlySet<string>): boolean {
  const shared = sharedCount(left, right);
  return shared > 0 && 2 * shared >= Math.min(left.size, right.size);
}

function shareMost(left: ReadonlySet<string>, right: ReadonlySet<string>): boolean {
  const shared = sharedCount(left, right);
  return shared > 0 && 2 * shared >= Math.max(left.size, right.size);
}

function sharedCount(left: ReadonlySet<string>, right: ReadonlySet<string>): number {
  let shared = 0;
  for (const term of left) if (right.has(term)) shared++;
  return shared;
}

function isNumber(word: string): boolean {
  return /^\p{N}/u.test(word);
}

function wordsOf(text: string): string[] {
  return [...new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])];
}
