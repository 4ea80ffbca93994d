import { chmod, lstat, mkdir, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { hasErrorCode } from "../core/files.ts";

/**
 * Makes `directory` an empty directory, keeping its inode where it is one already, so that a process that watches it
 * or has it as its working directory goes on. Links are removed, never followed; read-only content goes too.
 */
export async function emptyDirectory(directory: string): Promise<void> {
  const status = await lstat(directory).catch((error: unknown) => {
    if (hasErrorCode(error, "ENOENT")) return undefined;
    throw error;
  });
  if (status !== undefined && !status.isDirectory()) await rm(directory);
  await mkdir(dirname(directory), { recursive: true });
  if (!status?.isDirectory()) {
    await mkdir(directory);
    return;
  }
  await chmod(directory, 0o755);
  await Promise.all((await readdir(directory)).map((name) => removeTree(join(directory, name))));
}

/** Removes a path and all below it, also from directories that deny writing to their owner. */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if (!hasErrorCode(error, "EACCES", "EPERM", "ENOTEMPTY")) throw error;
    await makeRemovable(path);
    await rm(path, { recursive: true, force: true });
  }
}

async function makeRemovable(path: string): Promise<void> {
  if (!(await lstat(path)).isDirectory()) return;
  await chmod(path, 0o700);
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeRemovable(join(path, entry.name));
  }
}
