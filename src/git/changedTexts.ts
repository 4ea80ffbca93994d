import { randomUUID } from "node:crypto";
import type { Git, GitOptions } from "./gitProcess.ts";
import { parseRawDiff } from "./rawDiff.ts";

/** A path that differs between two trees, as text; a side is undefined where it is not there, or is no text. */
export interface ChangedText {
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** What is longer, or holds a NUL byte, is not looked at as text. */
const MAX_BYTES = 1_048_576;
/** All together: what one change may bring into memory. */
const MAX_BYTES_TOGETHER = 64 * MAX_BYTES;

/** The texts of everything that differs between two commits or trees, in the order of their paths. */
export async function readChangedTexts(
  git: Git,
  options: GitOptions,
  from: string,
  to: string,
): Promise<readonly ChangedText[]> {
  const changes = parseRawDiff(await git.must(["diff-tree", "-r", "-z", "--raw", "--no-renames", from, to], options));
  const objects = new Set(changes.flatMap(({ oldObject, newObject }) => [oldObject, newObject]));
  const texts = await readTexts(git, options, await readable(git, options, [...objects]));
  return changes.map(({ path, oldObject, newObject }) => ({
    path,
    before: texts.get(oldObject),
    after: texts.get(newObject),
  }));
}

/** The ids of those that are blobs of a size worth reading. */
async function readable(git: Git, options: GitOptions, objects: readonly string[]): Promise<readonly string[]> {
  const asked = objects.filter((object) => !/^0+$/.test(object));
  if (asked.length === 0) return [];
  const input = asked.map((object) => `${object}\n`).join("");
  const output = await git.must(["cat-file", "--batch-check=%(objectname) %(objecttype) %(objectsize)"], {
    ...options,
    input,
  });
  let together = 0;
  return output.split("\n").flatMap((line) => {
    const [object = "", type, size] = line.split(" ");
    if (type !== "blob" || Number(size) > MAX_BYTES) return [];
    together += Number(size);
    return together > MAX_BYTES_TOGETHER ? [] : [object];
  });
}

/** Contents are told apart by a word that none of them can hold by chance: sizes count bytes, and this is text. */
async function readTexts(git: Git, options: GitOptions, objects: readonly string[]): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  if (objects.length === 0) return texts;
  const mark = randomUUID();
  const input = objects.map((object) => `${object}\n`).join("");
  const output = await git.must(["cat-file", `--batch=${mark} %(objectname)`], { ...options, input });
  for (const part of output.split(`${mark} `).slice(1)) {
    const end = part.indexOf("\n");
    const text = part.slice(end + 1, -1);
    if (!text.includes("\0")) texts.set(part.slice(0, end), text);
  }
  return texts;
}
