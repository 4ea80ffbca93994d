/** How a language writes comments and strings; what it takes to leave them out. */
export interface Lexicon {
  readonly lineComments: readonly string[];
  readonly blockComments: readonly (readonly [string, string])[];
  /** Longer ones first. `multiline`: it may hold line ends; `raw`: a backslash is only a backslash. */
  readonly strings: readonly { readonly quote: string; readonly multiline?: true; readonly raw?: true }[];
  /** `/…/` where an expression may begin. */
  readonly regexLiterals?: true;
}

/**
 * The text with comments, and what stands between the quotes of strings, blanked out: what is left is code, each
 * character at its place. It takes one pass. Code inside template literals counts as text.
 */
export function codeOnly(text: string, lexicon: Lexicon): string {
  const parts: string[] = [];
  let kept = 0;
  let at = 0;
  const blank = (from: number, to: number) => {
    parts.push(
      text.slice(kept, from),
      text.slice(from, to).replace(/[^\n]/gu, (one) => " ".repeat(one.length)),
    );
    kept = to;
  };
  while (at < text.length) {
    const comment = endOfComment(text, at, lexicon);
    if (comment !== undefined) {
      blank(at, comment);
      at = comment;
      continue;
    }
    const literal = literalAt(text, at, lexicon);
    if (literal !== undefined) {
      blank(literal.from, literal.to);
      at = literal.end;
      continue;
    }
    at++;
  }
  return parts.join("") + text.slice(kept);
}

function endOfComment(text: string, at: number, { lineComments, blockComments }: Lexicon): number | undefined {
  for (const [open, close] of blockComments) {
    if (!text.startsWith(open, at)) continue;
    const end = text.indexOf(close, at + open.length);
    return end === -1 ? text.length : end + close.length;
  }
  if (!lineComments.some((mark) => text.startsWith(mark, at))) return undefined;
  const end = text.indexOf("\n", at);
  return end === -1 ? text.length : end;
}

interface Literal {
  /** What stands between the quotes. */
  readonly from: number;
  readonly to: number;
  /** After the closing quote. */
  readonly end: number;
}

function literalAt(text: string, at: number, lexicon: Lexicon): Literal | undefined {
  const string = lexicon.strings.find(({ quote }) => text.startsWith(quote, at));
  if (string !== undefined) return stringAt(text, at, string);
  return lexicon.regexLiterals === true && text[at] === "/" ? regexAt(text, at) : undefined;
}

function stringAt(text: string, at: number, { quote, multiline, raw }: Lexicon["strings"][number]): Literal {
  const from = at + quote.length;
  let to = from;
  while (to < text.length && !text.startsWith(quote, to)) {
    // Not closed on its line, such as an apostrophe: the rest of the line is taken for text.
    if (multiline !== true && text[to] === "\n") return { from, to, end: to };
    to += raw !== true && text[to] === "\\" ? 2 : 1;
  }
  to = Math.min(to, text.length);
  return { from, to, end: Math.min(text.length, to + quote.length) };
}

/** Nobody writes a longer one, and a slash that begins none costs looking this far. */
const REGEX_CHARACTERS = 500;

/** After a value a slash divides; after anything else it begins an expression that ends on its line. */
function regexAt(text: string, at: number): Literal | undefined {
  const before = text.slice(Math.max(0, at - 20), at).trimEnd();
  const isOperand =
    /[\w$)\]}"'`]$/u.test(before) && !/\b(?:return|typeof|case|in|of|do|else|await|yield)$/u.test(before);
  if (isOperand) return undefined;
  let inClass = false;
  const last = Math.min(text.length, at + REGEX_CHARACTERS);
  for (let to = at + 1; to < last && text[to] !== "\n"; to++) {
    const character = text[to];
    if (character === "\\") to++;
    else if (character === "[") inClass = true;
    else if (character === "]") inClass = false;
    else if (character === "/" && !inClass) return { from: at + 1, to, end: to + 1 };
  }
  return undefined;
}
