import { stripVTControlCharacters } from "node:util";

/**
 * Text as it may be sent to a model: no terminal sequences, no control characters but line end and tab, one kind of line
 * end, and U+FFFD for half a surrogate pair, which is what UTF-8 makes of it. It never takes more bytes than `text`.
 */
export function sendableText(text: string): string {
  // Nearly all text is sendable, and a backlog of thousands of tasks has much of it.
  if (!/(?![\n\t])[\p{Cc}\p{Cs}]/u.test(text)) return text;
  return stripVTControlCharacters(text)
    .replace(/\r\n?/gu, "\n")
    .replace(/(?![\n\t])\p{Cc}/gu, "")
    .replace(/\p{Cs}/gu, "\uFFFD");
}
