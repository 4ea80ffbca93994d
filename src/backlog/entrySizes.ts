import type { Task } from "../types.ts";
import { isComplexFile } from "./complexFiles.ts";
import { parsePathPattern } from "./pathPattern.ts";
import type { RepositoryFacts } from "./repositoryFacts.ts";
import { taskWriters } from "./taskWriters.ts";

/** What an entry of `files` or `reads` reaches of what is there. */
export interface EntrySize {
  readonly files: number;
  readonly bytes: number;
  readonly complexFiles: number;
}

const NOTHING: EntrySize = { files: 0, bytes: 0, complexFiles: 0 };

/**
 * Sizes of every entry the tasks name, found in one walk over the repository's files, however many tasks share an entry.
 * An entry for what does not exist yet is of size 0.
 */
export function entrySizes(
  tasks: readonly Pick<Task, "files" | "reads">[],
  facts: RepositoryFacts,
): (entry: string) => EntrySize {
  const sizes = new Map<string, EntrySize>();
  const entries = [...new Set(tasks.flatMap(({ files, reads }) => [...files, ...reads]))];
  const unresolved = entries.filter((entry) => {
    const pattern = parsePathPattern(entry);
    const file = pattern.ok && pattern.value.literal ? facts.files.get(pattern.value.text) : undefined;
    if (pattern.ok && file) {
      sizes.set(entry, { files: 1, bytes: file.bytes, complexFiles: isComplexFile(pattern.value.text, file) ? 1 : 0 });
    }
    return file === undefined;
  });
  const writers = taskWriters(unresolved.map((entry) => ({ files: [entry] })));
  for (const [path, file] of unresolved.length === 0 ? [] : facts.files) {
    for (const index of writers(path)) {
      const entry = unresolved[index] ?? "";
      const before = sizes.get(entry) ?? NOTHING;
      sizes.set(entry, {
        files: before.files + 1,
        bytes: before.bytes + file.bytes,
        complexFiles: before.complexFiles + (isComplexFile(path, file) ? 1 : 0),
      });
    }
  }
  return (entry) => sizes.get(entry) ?? NOTHING;
}
