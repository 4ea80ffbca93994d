/** One word of a command line and where the text after it starts. */
export interface Word {
  readonly value: string;
  readonly end: number;
}

/**
 * Reads the word that starts at `from` (white space before it is skipped), or undefined at the end.
 * At a word's start or after its `=`, double quotes keep white space together and know `\"`, single quotes keep
 * everything; elsewhere a quote is a character, as in `--file=it's.md`. OpenCode itself wraps each
 * argument that holds a space in double quotes before a plugin sees it. An unclosed quote runs to the end.
 */
export function readWord(text: string, from: number): Word | undefined {
  let at = from;
  while (at < text.length && isSpace(text[at])) at++;
  if (at >= text.length) return undefined;

  let value = "";
  let quote: string | undefined;
  for (; at < text.length; at++) {
    const character = text[at] ?? "";
    if (quote === '"' && character === "\\" && (text[at + 1] === '"' || text[at + 1] === "\\")) {
      value += text[++at];
    } else if (quote !== undefined) {
      if (character === quote) quote = undefined;
      else value += character;
    } else if ((character === '"' || character === "'") && (value === "" || value.endsWith("="))) {
      quote = character;
    } else if (isSpace(character)) {
      break;
    } else {
      value += character;
    }
  }
  return { value, end: at };
}

/** The text as one word, as `readWord` reads it. */
export function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, "\\$&")}"`;
}

/** The text itself, or what is inside when the whole of it is one double-quoted word. */
export function unwrapQuotes(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith('"')) return trimmed;
  const word = readWord(trimmed, 0);
  return word !== undefined && word.end === trimmed.length && trimmed.endsWith('"') ? word.value.trim() : trimmed;
}

function isSpace(character: string | undefined): boolean {
  return character !== undefined && /\s/.test(character);
}
