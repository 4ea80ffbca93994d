import { createHash } from "node:crypto";
import { chmod, lstat, mkdir, readFile, realpath, rm, stat, writeFile } from "node:fs/promises";
import { dirname, isAbsolute, join, normalize } from "node:path";
import { Refusal } from "../../core/refusal.ts";
import type { Git } from "../../git/gitProcess.ts";
import type { UserRepository } from "../../git/userRepository.ts";

/** A file of the user's that each slot gets, as it was when the command started. */
export interface CopiedFile {
  /** Relative to the repository's root, with `/`. */
  readonly path: string;
  readonly content: Uint8Array;
  readonly mode: number;
}

/** Settings and keys are small; what is large belongs into `setup`. */
const MAX_BYTES = 10 * 1024 * 1024;

/** Reads what the option `copy` names. Throws Refusal for what cannot be copied, or could land. */
export function readCopiedFiles(git: Git, root: string, paths: readonly string[]): Promise<readonly CopiedFile[]> {
  return Promise.all([...new Set(paths.map((path) => normalize(path)))].map((path) => readOne(git, root, path)));
}

async function readOne(git: Git, root: string, path: string): Promise<CopiedFile> {
  const refuse = (why: string) => new Refusal(`The option copy names '${path}', ${why}`);
  if (isAbsolute(path) || path.startsWith(".."))
    throw refuse("which is not inside the repository: give a path relative to its root.");
  if (
    path.split("/").some((part) => [".git", ".gitignore", ".gitattributes", ".gitmodules"].includes(part.toLowerCase()))
  )
    throw refuse("which git itself reads in every folder: take it out of copy.");
  const source = join(root, path);
  const status = await stat(source).catch(() => undefined);
  if (status === undefined) throw refuse(`and there is no ${source}: make it, or take it out of copy.`);
  if (!status.isFile()) throw refuse("which is not a file: name each file.");
  if ((await realpath(dirname(source))) !== join(await realpath(root), dirname(path)).replace(/\/\.$/, ""))
    throw refuse("which lies behind a symbolic link: name the file by its own path.");
  if (status.size > MAX_BYTES) throw refuse(`which is larger than ${MAX_BYTES / 1024 / 1024} MiB: fetch it in setup.`);
  if (await git.test(["ls-files", "--error-unmatch", "--", path], { cwd: root }).catch(() => false))
    throw refuse("which git tracks, so every worktree has it as committed: take it out of copy.");
  return { path, content: await readFile(source), mode: status.mode & 0o777 };
}

/** The repository with the copied files ignored, so that no snapshot takes one. */
export function ignoringCopies(user: UserRepository, copied: readonly CopiedFile[]): UserRepository {
  const rules = copied.map(({ path }) => `/${path.replace(/[\\*?[\]!# ]/g, "\\$&")}\n`);
  return { ...user, ignoreRules: [user.ignoreRules, ...rules].join("\n") };
}

/** Writes the files into a work tree, over what has their names. A commit in which a folder has become a link gets none. */
export async function placeCopies(copied: readonly CopiedFile[], directory: string): Promise<void> {
  const real = await realpath(directory);
  for (const { path, content, mode } of copied) {
    const folder = dirname(path);
    const target = join(real, path);
    await mkdir(dirname(target), { recursive: true }).catch(() => undefined);
    if (
      (await realpath(dirname(target)).catch(() => "")) !== join(real, folder === "." ? "" : folder).replace(/\/$/, "")
    )
      continue;
    if ((await lstat(target).catch(() => undefined))?.isDirectory()) continue;
    await rm(target, { force: true });
    await writeFile(target, content, { flag: "wx" });
    await chmod(target, mode);
  }
}

/** Changes with any name, content or mode. */
export function digestOfCopies(copied: readonly CopiedFile[]): string {
  const hash = createHash("sha256");
  for (const { path, content, mode } of copied) hash.update(`${path}\0${mode}\0${content.length}\0`).update(content);
  return hash.digest("hex");
}
