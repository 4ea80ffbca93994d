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
  const { texts } = await readBlobs(
    git,
    options,
    changes.flatMap(({ oldObject, newObject }) => [oldObject, newObject]),
  );
  return changes.map(({ path, oldObject, newObject }) => ({
    path,
    before: texts.get(oldObject),
    after: texts.get(newObject),
  }));
}

/** What blobs hold, by id. */
export interface BlobContents {
  /** In bytes, of all of them. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Of those that are texts, and of a size worth reading. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Ids that name nothing, or no blob, are passed by. */
export async function readBlobs(git: Git, options: GitOptions, objects: readonly string[]): Promise<BlobContents> {
  const sizes = await blobSizes(git, options, objects);
  let together = 0;
  const readable = [...sizes].filter(([, size]) => {
    if (size <= MAX_BYTES) together += size;
    return size <= MAX_BYTES && together <= MAX_BYTES_TOGETHER;
  });
  const ids = readable.map(([id]) => id);
  return { sizes, texts: await readTexts(git, options, ids) };
}

async function blobSizes(
  git: Git,
  options: GitOptions,
  objects: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const asked = [...new Set(objects)].filter((object) => !/^0+$/.test(object));
  if (asked.length === 0) return new Map();
  const input = asked.map((object) => `${object}\n`).join("");
  const output = await git.must(["cat-file", "--batch-check=%(objectname) %(objecttype) %(objectsize)"], {
    ...options,
    input,
  });
  const lines = output.split("\n").map((line) => line.split(" "));
  return new Map(
    lines.flatMap(([object = "", type, size]) => (type === "blob" ? [[object, Number(size)] as const] : [])),
  );
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
