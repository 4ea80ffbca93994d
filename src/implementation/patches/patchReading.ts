import { lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { parsePathPattern } from "../../backlog/pathPattern.ts";
import { counted } from "../../core/counted.ts";
import { hasErrorCode } from "../../core/files.ts";
import { protectedPathReason } from "../../core/protectedPaths.ts";
import { failure, type Result, success } from "../../core/result.ts";
import { type PatchEdit, patchSchema } from "./patchSchema.ts";

/** What files hold after a patch, by path; null: it is deleted. */
export type PatchedFiles = ReadonlyMap<string, string | null>;

export interface PatchPlace {
  /** The work tree, as nobody else changes it meanwhile. */
  readonly directory: string;
  readonly mayWrite: (path: string) => boolean;
}

/**
 * X7. Reads a patch and holds it against the work tree before anything is applied: each path may be written and leads
 * through no link, each part that is to be replaced is there exactly once. The failure is for the agent, all problems at
 * once, a line each. Nothing is written.
 */
export function readPatch(answer: unknown, place: PatchPlace): Result<PatchedFiles, string> {
  const parsed = patchSchema.safeParse(answer);
  if (!parsed.success) return failure(z.prettifyError(parsed.error));
  const files = new Map<string, string | null>();
  const problems: string[] = [];
  for (const edit of parsed.data.edits) {
    const edited = readEdit(edit, place);
    if (!edited.ok) problems.push(`${edit.path} ${edited.failure}`);
    else if (files.has(edited.value.path))
      problems.push(`${edit.path} is named more than once: give each file one edit`);
    else files.set(edited.value.path, edited.value.content);
  }
  return problems.length === 0 ? success(files) : failure(problems.join("\n"));
}

function readEdit(
  edit: PatchEdit,
  place: PatchPlace,
): Result<{ readonly path: string; readonly content: string | null }, string> {
  const pattern = parsePathPattern(edit.path);
  if (!pattern.ok) return failure(pattern.failure);
  const { text: path, literal } = pattern.value;
  if (!literal || edit.path.endsWith("/")) return failure("is no single file");
  const reason = protectedPathReason(path) ?? (place.mayWrite(path) ? undefined : "is not among the task's files");
  if (reason !== undefined) return failure(reason);
  if (leadsThroughLink(place.directory, path)) return failure("leads through a symbolic link");
  const content = contentAfter(edit, currentText(join(place.directory, path)));
  return content.ok ? success({ path, content: content.value }) : content;
}

function contentAfter({ content, replace }: PatchEdit, current: string | undefined): Result<string | null, string> {
  if ((content === undefined) === (replace === undefined)) return failure("needs either content or replace");
  if (content === null && current === undefined) return failure("is not there, so it cannot be deleted");
  if (content !== undefined) return success(content);
  if (current === undefined) return failure("is not there, so nothing in it can be replaced: give its content");
  let text = current;
  for (const { find, with: replacement } of replace ?? []) {
    const found = text.split(find).length - 1;
    if (found !== 1) return failure(`holds ${JSON.stringify(find.slice(0, 80))} ${counted(found, "time")}, not once`);
    text = text.split(find).join(replacement);
  }
  return success(text);
}

/** Undefined: there is no such file. What is no text cannot be replaced in, only as a whole. */
function currentText(path: string): string | undefined {
  try {
    return lstatSync(path).isFile() ? readFileSync(path, "utf8") : undefined;
  } catch (error) {
    if (hasErrorCode(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
}

function leadsThroughLink(directory: string, path: string): boolean {
  const names = path.split("/");
  return names.some((_, index) => {
    const found = lstatSync(join(directory, ...names.slice(0, index + 1)), { throwIfNoEntry: false });
    return found?.isSymbolicLink() === true;
  });
}
