import { withoutHiddenCharacters } from "../core/visibleText.ts";

/** A model's text made fit for a backlog: what cannot be seen or sent is taken out, one kind of line end. */
export function draftText(text: string): string {
  return withoutHiddenCharacters(text).trim();
}

/** The same on one line of at most 200 characters, as titles are. */
export function titleLine(text: string): string {
  const line = draftText(text).replace(/\s+/gu, " ");
  return line.length <= 200 ? line : `${line.slice(0, 199).replace(/\p{Cs}$/u, "")}…`;
}
