import type { Task } from "../types.ts";

/** Characters. What two texts share by chance is shorter; a longer passage of twice this is always noticed. */
const PASSAGE = 40;
/** A whole description shorter than this is too ordinary to belong to anybody. */
const SHORTEST_DESCRIPTION = 20;

/**
 * The first task whose description, or a long passage of it, stands in `message` although nothing of `allowed` says the
 * same. Differences in white space do not hide it.
 */
export function foreignTask(message: string, allowed: readonly string[], others: readonly Task[]): Task | undefined {
  const sent = inOneLine(message);
  const own = allowed.map(inOneLine);
  const foreign = new Set(passagesAnywhere(sent));
  for (const text of own) for (const passage of passagesAnywhere(text)) foreign.delete(passage);
  return others.find(({ description }) => {
    const text = inOneLine(description);
    if (text.length >= PASSAGE) return passagesInSteps(text).some((passage) => foreign.has(passage));
    return text.length >= SHORTEST_DESCRIPTION && sent.includes(text) && !own.some((other) => other.includes(text));
  });
}

function inOneLine(text: string): string {
  return text.replace(/\s+/gu, " ").trim();
}

function passagesAnywhere(text: string): readonly string[] {
  return Array.from({ length: Math.max(0, text.length - PASSAGE + 1) }, (_, at) => text.slice(at, at + PASSAGE));
}

/** Side by side: any passage twice as long holds one of them. */
function passagesInSteps(text: string): readonly string[] {
  const count = Math.floor(text.length / PASSAGE);
  return Array.from({ length: count }, (_, index) => text.slice(index * PASSAGE, (index + 1) * PASSAGE));
}
