/**
 * Text for a terminal or a log, whoever wrote it: escape sequences are taken out, other control characters (line breaks
 * and tabs too) become a space, and so do the characters that turn the direction of what follows. So a model or a tool
 * can neither move the cursor nor make one line look like two, or like another.
 */
export function toPlainLine(text: string): string {
  return text.replace(ESCAPE_SEQUENCES, "").replace(CONTROL_CHARACTERS, " ").replaceAll(/ {2,}/g, " ").trim();
}

/** The lines of a text whose layout counts, such as a difference: as harmless as by `toPlainLine`, each space kept. */
export function toPlainLines(text: string): string[] {
  return text.split("\n").map((line) => line.replace(ESCAPE_SEQUENCES, "").replace(CONTROL_CHARACTERS, " "));
}

/**
 * Columns that `text` takes on a terminal: two for CJK and emoji, none for what combines, one for the rest. Where
 * terminals disagree (emoji sequences) it is the larger number, so that nothing wraps.
 */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const { segment } of graphemes.segment(text)) columns += columnsOfGrapheme(segment);
  return columns;
}

/** At most `columns` columns of `text`, in whole characters, with `…` where something is missing. */
export function fitColumns(text: string, columns: number): string {
  if (columns < 1) return "";
  let used = 0;
  /** Length of the part that leaves a column for the `…`. */
  let fitting = 0;
  for (const { segment, index } of graphemes.segment(text)) {
    used += columnsOfGrapheme(segment);
    if (used > columns) return `${text.slice(0, fitting)}…`;
    if (used < columns) fitting = index + segment.length;
  }
  return text;
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** ECMA-48: CSI sequences; the strings that OSC, DCS, SOS, PM and APC open, up to their end; two-character escapes. */
const ESCAPE_SEQUENCES = new RegExp(
  [
    "(?:\\u001b\\[|\\u009b)[\\u0030-\\u003f]*[\\u0020-\\u002f]*[\\u0040-\\u007e]",
    "(?:\\u001b[\\]PX^_]|[\\u009d\\u0090\\u0098\\u009e\\u009f])[^\\u0007\\u001b\\u009c]*(?:\\u0007|\\u001b\\\\|\\u009c|$)",
    "\\u001b[\\u0020-\\u002f]*[\\u0030-\\u007e]",
  ].join("|"),
  "g",
);
/** Cc, line and paragraph separators, and the bidirectional controls. */
const CONTROL_CHARACTERS = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** East Asian Width W and F (Unicode 16), in whole blocks where nearly all of a block is. */
const WIDE =
  /[\p{Emoji_Presentation}\u1100-\u115f\u2329\u232a\u2630-\u2637\u268a-\u268f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1d300}-\u{1d376}\u{1f1e6}-\u{1f320}\u{20000}-\u{3fffd}]/u;
/** What combines with the character before, and the format characters that no terminal shows. */
const ZERO_WIDTH = /[\p{Mn}\p{Me}\u200b-\u200f\u2060-\u2064\ufeff]/u;
/** Ask for the coloured, wide form of a character that is narrow without them. */
const EMOJI_FORM = /[\ufe0f\u20e3]/;

/** Terminals that do not know an emoji sequence show its parts side by side, so the parts are added up. */
function columnsOfGrapheme(grapheme: string): number {
  const parts = [...grapheme].reduce((sum, part) => sum + columnsOfCharacter(part), 0);
  return EMOJI_FORM.test(grapheme) ? Math.max(2, parts) : parts;
}

function columnsOfCharacter(character: string): number {
  if (ZERO_WIDTH.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
