import { truncateUtf8, utf8Length } from "../../core/utf8.ts";

/** Takes keys out of a text, such as `maskSecrets`. */
export type Mask = (text: string) => Promise<string>;

/** Of each text in a content: together with what stands beside it, it still fits into the store uncut. */
const TEXT_BYTES = 512 * 1024;

/**
 * Plain data with every text in it masked, the end of very long ones left out: as JSON, a key over several lines would
 * not be seen, and a cut would spoil it.
 */
export async function maskedContent(
  content: unknown,
  mask: Mask,
): Promise<{ readonly content: unknown; readonly cut: boolean }> {
  let cut = false;
  const shortened = (text: string) => {
    if (utf8Length(text) <= TEXT_BYTES) return text;
    cut = true;
    return truncateUtf8(text, TEXT_BYTES);
  };
  const masked = async (value: unknown): Promise<unknown> => {
    if (typeof value === "string") return mask(shortened(value));
    if (Array.isArray(value)) return Promise.all(value.map(masked));
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value).map(async ([name, inner]) => [name, await masked(inner)] as const);
    return Object.fromEntries(await Promise.all(entries));
  };
  return { content: await masked(content), cut };
}
