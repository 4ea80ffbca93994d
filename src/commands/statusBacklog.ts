import { MAX_BACKLOG_BYTES, parseBacklogDocument } from "../backlog/backlogDocument.ts";
import { TASK_ID_PATTERN } from "../backlog/backlogSchema.ts";
import { decodeBacklog } from "../backlog/decodeBacklog.ts";
import { readBoundedFile } from "../core/boundedFile.ts";
import { kilobytes } from "../core/kilobytes.ts";
import { inputPath } from "../core/paths.ts";
import type { StateDirectory } from "../core/stateDirectory.ts";
import type { Git } from "../git/gitProcess.ts";
import type { RunUnreadable } from "../recovery/runStore.ts";
import type { Backlog } from "../types.ts";

/** The repository `status` is asked in, and its runs. */
export interface StatusPlace {
  readonly git: Git;
  readonly root: string;
  readonly directory: string;
  readonly state: StateDirectory;
  /** Newest first. */
  readonly runs: readonly { readonly runId: string; readonly trackId: string }[];
  /** Damaged runs that may be of any track. */
  readonly unknownRuns: readonly RunUnreadable[];
}

/** What a file says of a track. */
export interface FoundBacklog {
  readonly file: string;
  readonly backlog: Backlog | undefined;
  readonly problems: readonly string[];
}

/** Undefined: there is no such file. A file that is no backlog is named among the problems. */
export async function findBacklog(
  { root, directory }: Pick<StatusPlace, "root" | "directory">,
  file: string,
): Promise<FoundBacklog | undefined> {
  const read = await readBoundedFile(inputPath(root, directory, file), MAX_BACKLOG_BYTES);
  if (!read.ok) {
    if (read.failure.reason === "missing") return undefined;
    const why = read.failure.reason === "too_large" ? `it has ${kilobytes(read.failure.bytes)}` : read.failure.message;
    return { file, backlog: undefined, problems: [`${file} cannot be read: ${why}`] };
  }
  const document = parseBacklogDocument(file, read.value);
  if (!document.ok) {
    const [{ line, column, message } = { line: 1, column: 1, message: "it is no backlog" }] = document.failure;
    return { file, backlog: undefined, problems: [`${file}:${line}:${column}: ${message}`] };
  }
  const backlog = decodeBacklog(document.value.value);
  const tasks = backlog.tasks.filter(({ id }) => new RegExp(TASK_ID_PATTERN).test(id));
  return { file, backlog: { ...backlog, tasks }, problems: [] };
}
