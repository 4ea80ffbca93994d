import { createHash } from "node:crypto";

const MAX_LENGTH = 48;

/** Latin letters that Unicode does not take apart. */
const SPELLED_OUT: Readonly<Record<string, string>> = { ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ł: "l", þ: "th" };

/**
 * A track id for a title: lower case without accents, everything else a hyphen, at most 48 characters, such as
 * `add-rate-limits`. A title without any Latin letter or digit gets `track-` and a hash of it, so it is stable too.
 */
export function trackIdFromTitle(title: string): string {
  const slug = title
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[ßæœøđłþ]/gu, (letter) => SPELLED_OUT[letter] ?? letter)
    .replace(/[^a-z0-9]+/gu, "-")
    .slice(0, MAX_LENGTH + 1)
    .replace(/^-+/u, "")
    .slice(0, MAX_LENGTH)
    .replace(/-+$/u, "");
  return slug === "" ? `track-${createHash("sha256").update(title).digest("hex").slice(0, 8)}` : slug;
}
