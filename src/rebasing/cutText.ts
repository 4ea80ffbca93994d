import { truncateUtf8, utf8Length } from "../core/utf8.ts";

const GAP = " … ";

/** A text in at most `maxBytes` bytes of UTF-8: of a longer one its start and its end, which says as much. */
export function cutMiddle(text: string, maxBytes: number): string {
  if (utf8Length(text) <= maxBytes) return text;
  const room = maxBytes - utf8Length(GAP);
  if (room <= 0) return truncateUtf8(text, maxBytes);
  const start = truncateUtf8(text, Math.ceil(room * 0.6)).trimEnd();
  return `${start}${GAP}${endOf(text, room - utf8Length(start))}`;
}

/** The first whole lines that take at most `maxBytes` bytes of UTF-8. */
export function leadingLines(text: string, maxBytes: number): string {
  let end = 0;
  let bytes = 0;
  for (const line of text.split("\n")) {
    const more = utf8Length(line) + (end === 0 ? 0 : 1);
    if (bytes + more > maxBytes) break;
    bytes += more;
    end++;
  }
  return text.split("\n").slice(0, end).join("\n");
}

/** The first items, with a comma between them, and how many more there are, in at most about `maxBytes` bytes. */
export function listWithin(items: readonly string[], maxBytes: number): string {
  const shown: string[] = [];
  for (const item of items) {
    if (shown.length > 0 && utf8Length([...shown, item].join(", ")) > maxBytes) break;
    shown.push(cutMiddle(item, maxBytes));
  }
  const more = items.length - shown.length;
  return shown.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** The longest end of `text` that takes at most `maxBytes` bytes and begins at a whole character. */
function endOf(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text, "utf8");
  let start = bytes.length - Math.max(0, maxBytes);
  while (start < bytes.length && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++;
  return bytes.subarray(start).toString("utf8");
}
