/**
 * O11: text from people, models and files as it may be sent, stored and shown: no terminal escapes, no control,
 * bidirectional-override or byte-order characters, nothing that is there and cannot be seen (zero-width spaces, tag
 * characters), no half surrogates, line ends as `\n`. Joiners stay: scripts and emoji are written with them.
 */
const TERMINAL_ESCAPES = /(?![\n\t\r])\p{Cc}\[[0-9;?]*[A-Za-z]/gu;
const LINE_ENDS = /\r\n?|[\u{85}\u{2028}\u{2029}]/gu;
const FORBIDDEN =
  /(?![\n\t])[\p{Cc}\u{200b}\u{202a}-\u{202e}\u{2060}-\u{2069}\u{feff}\u{fff9}-\u{fffb}\u{e0000}-\u{e007f}]/gu;
const NOT_PLAINLY_VISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}\u{115f}\u{1160}\u{3164}\u{ffa0}]|(?! )\p{Zs}/gu;

/** Nothing but what may not be there is taken out: for text that is passed on as it was written. */
export function withoutHiddenCharacters(text: string): string {
  return wellFormed(text).replace(TERMINAL_ESCAPES, "").replace(LINE_ENDS, "\n").replace(FORBIDDEN, "");
}

/** A file name as it really is, in one line: what would not be seen, or would reorder what is, stands as `\u{202e}`. */
export function visibleName(name: string): string {
  return wellFormed(name).replace(
    NOT_PLAINLY_VISIBLE,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** Half surrogates cannot be written as UTF-8; they become U+FFFD, as every encoder would make them. */
function wellFormed(text: string): string {
  return Buffer.from(text, "utf8").toString("utf8");
}
