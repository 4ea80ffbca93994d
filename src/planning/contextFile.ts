import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { hasErrorCode } from "../core/files.ts";
import { messageOf, Refusal } from "../core/refusal.ts";
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
  if (text.includes("\0")) throw new Refusal(notText(name));
  if (text.trim() === "") throw new Refusal(`${name} is empty. Describe the feature in it and run plan again.`);
  return text;
}

async function readFeatureFile(path: string, name: string): Promise<string> {
  const handle = await openFeatureFile(path, name);
  try {
    const status = await handle.stat();
    if (status.isDirectory()) throw new Refusal(isDirectory(name));
    if (!status.isFile())
      throw new Refusal(`${name} is not a regular file. Name a text file that describes the feature.`);
    if (status.size > MAX_FEATURE_BYTES) throw new Refusal(tooLarge(name, status.size));
    return decodeUtf8(await handle.readFile(), name);
  } catch (error) {
    if (hasErrorCode(error, "EISDIR")) throw new Refusal(isDirectory(name), { cause: error });
    throw error;
  } finally {
    await handle.close();
  }
}

async function openFeatureFile(path: string, name: string): Promise<FileHandle> {
  try {
    // Non-blocking: opening a named pipe that nobody writes to would wait for ever.
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (hasErrorCode(error, "ENOENT", "ENOTDIR")) {
      const advice = "Give the path of a text file that describes the feature, relative to the repository's root.";
      throw new Refusal(`${name} does not exist. ${advice}`, { cause: error });
    }
    if (hasErrorCode(error, "EISDIR")) throw new Refusal(isDirectory(name), { cause: error });
    const reason = `${name} cannot be read (${messageOf(error)}). Check its permissions and run plan again.`;
    throw new Refusal(reason, { cause: error });
  }
}

function decodeUtf8(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new Refusal(notText(name), { cause: error });
  }
}

function isDirectory(name: string): string {
  return `${name} is a directory. Name one text file that describes the feature.`;
}

function notText(name: string): string {
  return `${name} is not UTF-8 text. Save it as a UTF-8 text file and run plan again.`;
}

function tooLarge(name: string, bytes: number): string {
  const kilobytes = (size: number) => `${Math.ceil(size / 1024).toLocaleString("en-US")} KB`;
  return `${name} is ${kilobytes(bytes)}; at most ${kilobytes(MAX_FEATURE_BYTES)} can be planned from. Shorten it to what the feature needs.`;
}
