import { utf8Length } from "../core/utf8.ts";
import { termsOf, words } from "./terms.ts";

/** A text and who wrote it. Lists of them are in canonical order of agents. */
export interface Said {
  readonly agent: string;
  readonly text: string;
}

/** Lines at least this alike, in percent of shared terms, say the same. */
const SAME_LINE = 80;

/** The text that shares most with all the others, the first among equals: what the agents agree on. Empty for none. */
export function mostCentral(texts: readonly Said[]): Said {
  const [first, ...others] = texts;
  if (first !== undefined && others.every(({ text }) => text === first.text)) return first;
  const termSets = texts.map(({ text }) => new Set(termsOf(text)));
  const centrality = termSets.map((own) => termSets.reduce((sum, other) => sum + sharedPercent(own, other), 0));
  const best = centrality.reduce((found, value, index) => (value > (centrality[found] ?? 0) ? index : found), 0);
  return texts[best] ?? { agent: "", text: "" };
}

/**
 * The most central text, followed by the sentences of the others that say something it does not (fewer than half of
 * their terms are known, at least two are new: a short sentence may be a whole requirement), as long as the whole stays within `maxBytes`. One text, or the same
 * text several times, comes back as it is.
 */
export function mergeProse(texts: readonly Said[], maxBytes: number): string {
  const base = mostCentral(texts);
  if (texts.every(({ text }) => text === base.text)) return base.text;
  const known = new Set(termsOf(base.text));
  let merged = base.text;
  for (const { text } of texts) {
    if (text === base.text) continue;
    const added = sentences(text).filter((sentence) => {
      const terms = [...new Set(termsOf(sentence))];
      const unknown = terms.filter((term) => !known.has(term)).length;
      const fits = utf8Length(merged) + utf8Length(sentence) + 2 <= maxBytes;
      if (unknown < 2 || 2 * unknown <= terms.length || !fits) return false;
      for (const term of terms) known.add(term);
      return true;
    });
    const candidate = [merged, added.join(" ")].filter((part) => part !== "").join("\n\n");
    if (utf8Length(candidate) <= maxBytes) merged = candidate;
  }
  return merged;
}

/**
 * The union of several agents' lists. A line is left out when an earlier agent already said it: the same words, or
 * nearly the same terms with the same numbers and negations ("returns 200" is not "returns 404"). One agent's list
 * comes back as it is.
 */
export function mergeLists(lists: readonly (readonly string[])[], maxEntries: number): string[] {
  const kept: { readonly line: string; readonly terms: ReadonlySet<string>; readonly exact: string }[] = [];
  for (const list of lists) {
    const earlier = [...kept];
    for (const line of list) {
      const terms = new Set(termsOf(line));
      const exact = exactWords(line);
      const repeated = earlier.some(
        (other) => other.line === line || (other.exact === exact && sharedPercent(other.terms, terms) >= SAME_LINE),
      );
      if (!repeated && kept.length < maxEntries) kept.push({ line, terms, exact });
    }
  }
  return kept.map(({ line }) => line);
}

/** Dice: shared terms, twice, in percent of all. */
function sharedPercent(left: ReadonlySet<string>, right: ReadonlySet<string>): number {
  let shared = 0;
  for (const term of left) if (right.has(term)) shared++;
  return left.size + right.size === 0 ? 0 : Math.floor((200 * shared) / (left.size + right.size));
}

function exactWords(line: string): string {
  const exact = words(line).filter((word) => /^\p{N}|^(?:not|no|never|without|cannot|don|doesn|isn)$/u.test(word));
  return exact.sort().join(" ");
}

function sentences(text: string): string[] {
  return text
    .split(/\n+|(?<=[.!?])\s+/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== "");
}
