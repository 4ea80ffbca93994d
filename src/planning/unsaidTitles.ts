import type { InputItem } from "./canonicalOrder.ts";
import type { Said } from "./mergeText.ts";
import { namesIn, sameName } from "./names.ts";
import { sayingOf } from "./saidAlready.ts";
import { stem, words } from "./terms.ts";

/**
 * Titles that lost to `title` though they require what nothing else in the group says: a name, a number, a negation or
 * condition, or a word in which it differs from `title`. Other titles are only other wordings. As
 * sentences for the description.
 */
export function unsaidTitles(group: readonly InputItem[], title: string): Said[] {
  const others = group.filter(({ item }) => item.title !== title);
  if (others.length === 0) return [];
  const texts = group.flatMap(({ item }) => [item.description, ...item.acceptance, ...item.files]);
  const text = [title, ...texts].join("\n");
  const saidWords = new Set(words(text));
  const saidStems = new Set([...saidWords].map(stem));
  return others
    .filter(
      ({ item }) =>
        namesIn(item.title).some((name) => !mentions(text, name)) ||
        saysExactly(item.title, saidWords) ||
        saysMore(item.title, title, saidStems),
    )
    .map(({ agent, item }) => ({ agent, text: /[.!?。]$/u.test(item.title) ? item.title : `${item.title}.` }));
}

function mentions(text: string, name: string): boolean {
  const tokens = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return tokens.some((token) => sameName(token, name.toLowerCase()));
}

function saysExactly(title: string, said: ReadonlySet<string>): boolean {
  const { exact } = sayingOf(title);
  return exact !== "" && exact.split(" ").some((word) => !said.has(word));
}

/** Half of the shorter is in both: the difference is meant. Of two free wordings every word would be new. */
function saysMore(title: string, chosen: string, said: ReadonlySet<string>): boolean {
  const own = new Set(sayingOf(title).words);
  const others = new Set(sayingOf(chosen).words);
  const shared = [...own].filter((word) => others.has(word)).length;
  return 2 * shared >= Math.min(own.size, others.size) && [...own].some((word) => !said.has(word));
}
