import { chmod, lstat, mkdir, readdir, rm } from "node:fs/promises";
import { dirname } from "node:path";
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
  await Promise.all((await entriesOf(Buffer.from(directory))).map((path) => removeTree(path)));
}

/** Removes a path and all below it, also from directories that deny writing to their owner. */
export async function removeTree(path: string | Buffer): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if (!hasErrorCode(error, "EACCES", "EPERM", "ENOTEMPTY")) throw error;
    await makeRemovable(Buffer.from(path));
    await rm(path, { recursive: true, force: true });
  }
}

async function makeRemovable(path: Buffer): Promise<void> {
  if (!(await lstat(path)).isDirectory()) return;
  await chmod(path, 0o700);
  for (const entry of await entriesOf(path)) await makeRemovable(entry);
}

/** Paths as bytes, since a name need not be text. */
async function entriesOf(directory: Buffer): Promise<Buffer[]> {
  const names = await readdir(directory, { encoding: "buffer" });
  return names.map((name) => Buffer.concat([directory, Buffer.from("/"), name]));
}
