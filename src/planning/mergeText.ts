import { utf8Length } from "../core/utf8.ts";
import { type Saying, sayingOf, saysAll } from "./saidAlready.ts";
import { termsOf } from "./terms.ts";

/** A text and who wrote it. Lists of them are in canonical order of agents. */
export interface Said {
  readonly agent: string;
  readonly text: string;
}

export interface MergedProse {
  readonly text: string;
  /** What there was no room for, by agent: nothing an agent requires is dropped without a word. */
  readonly leftOut: readonly Said[];
}

/** Ends a text something was left out of. */
const MORE = "… (more under Disagreements)";
const NOTE_BYTES = utf8Length(MORE) + 2;

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
 * The most central text, followed by the sentences of the others and of `additions` that it, or what was added before,
 * does not say already (saidAlready.ts), as long as the whole stays within `maxBytes`. One text, or the same text several
 * times, comes back as it is.
 */
export function mergeProse(texts: readonly Said[], maxBytes: number, additions: readonly Said[] = []): MergedProse {
  const base = mostCentral(texts);
  const kept = new Map<string, Saying[]>();
  newSentences(base.text, kept);
  const leftOut: Said[] = [];
  let merged = base.text;
  for (const { agent, text } of [...texts, ...additions]) {
    if (text === base.text) continue;
    const added: string[] = [];
    const over: string[] = [];
    let left = maxBytes - utf8Length(merged) - NOTE_BYTES - 2;
    for (const sentence of newSentences(text, kept)) {
      const bytes = utf8Length(sentence) + 1;
      (bytes <= left ? added : over).push(sentence);
      if (bytes <= left) left -= bytes;
    }
    merged = paragraphs(merged, added.join(" "));
    if (over.length > 0) leftOut.push({ agent, text: over.join(" ") });
  }
  return { text: leftOut.length === 0 ? merged : paragraphs(merged, MORE), leftOut };
}

/** The union of several agents' lists, without lines an earlier agent already said. One agent's list comes back as it is. */
export function mergeLists(lists: readonly (readonly string[])[], maxEntries: number): string[] {
  const kept: { readonly line: string; readonly saying: Saying }[] = [];
  for (const list of lists) {
    const earlier = [...kept];
    for (const line of list) {
      const saying = sayingOf(line);
      const repeated = earlier.some((other) => other.line === line || repeats(other.saying, saying));
      if (!repeated && kept.length < maxEntries) kept.push({ line, saying });
    }
  }
  return kept.map(({ line }) => line);
}

/** The sentences that are not in `kept`, to which they are added: by each of their words, since one with all has the first. */
function newSentences(text: string, kept: Map<string, Saying[]>): string[] {
  return sentences(text).filter((sentence) => {
    const saying = sayingOf(sentence);
    if (kept.get(`${saying.words[0]} ${saying.exact}`)?.some((earlier) => repeats(earlier, saying))) return false;
    for (const word of new Set(saying.words)) {
      const key = `${word} ${saying.exact}`;
      const others = kept.get(key);
      if (others === undefined) kept.set(key, [saying]);
      else others.push(saying);
    }
    return true;
  });
}

/** Signs without a word are compared by nobody: only the same text repeats them. */
function repeats(earlier: Saying, saying: Saying): boolean {
  return saying.words.length > 0 && saysAll(earlier, saying);
}

function paragraphs(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("\n\n");
}

/** Dice: shared terms, twice, in percent of all. */
function sharedPercent(left: ReadonlySet<string>, right: ReadonlySet<string>): number {
  let shared = 0;
  for (const term of left) if (right.has(term)) shared++;
  return left.size + right.size === 0 ? 0 : Math.floor((200 * shared) / (left.size + right.size));
}

/** A text with a code block stays whole. A number and a dot begin an entry of a list more often than they end a sentence. */
function sentences(text: string): string[] {
  if (/^ {0,3}(?:```|~~~)/mu.test(text)) return [text.trim()];
  return text
    .split(/\n+|(?<=[^\d\s][.!?])\s+/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== "");
}
