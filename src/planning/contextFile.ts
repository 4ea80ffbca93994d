import { readBoundedFile } from "../core/boundedFile.ts";
import { decodeUtf8 } from "../core/decodeUtf8.ts";
import { kilobytes } from "../core/kilobytes.ts";
import { Refusal } from "../core/refusal.ts";
import { unreachable } from "../core/unreachable.ts";
import { utf8Length } from "../core/utf8.ts";

/** 256 KB: a feature request is read whole by every planning agent. */
export const MAX_FEATURE_BYTES = 256 * 1024;

/** `path` is what is opened, `shown` what the user typed. */
export type FeatureSource =
  | { readonly kind: "file"; readonly path: string; readonly shown: string }
  | { readonly kind: "inline"; readonly text: string };

/**
 * The feature request as text: UTF-8, without byte-order mark, lines ending in `\n`, at most `MAX_FEATURE_BYTES`.
 * @throws Refusal when it is missing, not a file, unreadable, empty, too large or not text.
 */
export async function readFeatureRequest(source: FeatureSource): Promise<string> {
  const name = source.kind === "file" ? `Context file ${source.shown}` : "The feature text";
  const raw = source.kind === "file" ? await readFeatureFile(source.path, name) : source.text;
  const size = utf8Length(raw);
  if (size > MAX_FEATURE_BYTES) throw new Refusal(tooLarge(name, size));

  const text = raw.replace(/^\u{feff}/u, "").replace(/\r\n?/gu, "\n");
  if (text.includes("\0")) {
    throw new Refusal(
      `${name} holds a NUL character, as no text does. Save it as a UTF-8 text file and run plan again.`,
    );
  }
  if (text.trim() === "") throw new Refusal(`${name} is empty. Describe the feature in it and run plan again.`);
  return text;
}

async function readFeatureFile(path: string, name: string): Promise<string> {
  const bytes = await readBoundedFile(path, MAX_FEATURE_BYTES);
  if (bytes.ok) {
    const text = decodeUtf8(bytes.value);
    if (text.ok) return text.value;
    throw new Refusal(notText(name));
  }
  switch (bytes.failure.reason) {
    case "missing": {
      const advice = "Give the path of a text file that describes the feature, relative to the repository's root.";
      throw new Refusal(`${name} does not exist. ${advice}`);
    }
    case "too_large":
      throw new Refusal(tooLarge(name, bytes.failure.bytes));
    case "not_a_file":
      throw new Refusal(
        `${name} cannot be read: ${bytes.failure.message}. Name a text file that describes the feature.`,
      );
    case "unreadable":
      throw new Refusal(`${name} cannot be read (${bytes.failure.message}). Check its permissions and run plan again.`);
    default:
      return unreachable(bytes.failure);
  }
}

function notText(name: string): string {
  return `${name} is not UTF-8 text. Save it as a UTF-8 text file and run plan again.`;
}

function tooLarge(name: string, bytes: number): string {
  return `${name} is ${kilobytes(bytes)}; at most ${kilobytes(MAX_FEATURE_BYTES)} can be planned from. Shorten it to what the feature needs.`;
}
