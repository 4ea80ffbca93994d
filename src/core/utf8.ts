/** Sizes are bytes of UTF-8, never characters: that is what every limit of ours counts. */
export function utf8Length(text: string): number {
  return Buffer.byteLength(text, "utf8");
}

/** The longest prefix of `text` that takes at most `maxBytes` bytes and ends at a whole character. */
export function truncateUtf8(text: string, maxBytes: number): string {
  if (utf8Length(text) <= maxBytes) return text;
  const bytes = Buffer.from(text, "utf8");
  let end = Math.max(0, maxBytes);
  // A continuation byte is 10xxxxxx: step back to the start of the character it belongs to.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end).toString("utf8");
}

/** The last whole lines that take at most `maxBytes`; of one last line that is longer, its end. */
export function lastLines(text: string, maxBytes: number): string {
  const lines = text.split("\n");
  const kept: string[] = [];
  let bytes = -1;
  for (const line of lines.toReversed()) {
    bytes += utf8Length(line) + 1;
    if (bytes > maxBytes) break;
    kept.unshift(line);
  }
  if (kept.length > 0 || maxBytes <= 0) return kept.join("\n");
  // A character cut in two at the start decodes to replacement characters.
  return Buffer.from(text, "utf8")
    .subarray(-maxBytes)
    .toString("utf8")
    .replace(/^\uFFFD+/u, "");
}
