import { failure, type Result, success } from "./result.ts";

/** A place in a text. Both count from 1; the column counts UTF-16 units, as editors do, and no byte order mark. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** The text of these bytes, a byte order mark included, or the place of the first byte that is not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): Result<string, TextPlace> {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = source.toString("utf8");
  const encoded = Buffer.from(text, "utf8");
  if (encoded.equals(source)) return success(text);
  // What is not UTF-8 was decoded to U+FFFD: the bytes differ within the first such character.
  let at = 0;
  while (at < source.length && source[at] === encoded[at]) at++;
  while (at > 0 && ((encoded[at] ?? 0) & 0xc0) === 0x80) at--;
  return failure(placeAtEnd(source.toString("utf8", 0, at)));
}

/** Where the character after `before` stands in a file that begins with it. */
export function placeAtEnd(before: string): TextPlace {
  const lines = before.replace(/^\u{feff}/u, "").split(/\r\n?|\n/u);
  return { line: lines.length, column: (lines.at(-1) ?? "").length + 1 };
}
