import { lstat, readdir, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { hasErrorCode } from "../../core/files.ts";
import { failure, type Result, success } from "../../core/result.ts";
import { removeTree } from "../../git/emptyDirectory.ts";

/**
 * The one function that deletes files for `clean`: `path` and all below it, whatever its modes. A link is removed, never
 * followed; a path whose folder a link leads to somewhere else is left alone.
 * @param root the state directory of the repository: nothing outside of it is touched
 * @returns how many bytes went, undefined where there was nothing; or why it stays, as a clause
 */
export async function removeMade(root: string, path: string): Promise<Result<number | undefined, string>> {
  try {
    const folder = dirname(path);
    if (!path.startsWith(`${root}/`) || (await realpath(folder)) !== (await trueFolder(root, folder))) {
      return failure("a link leads to it from somewhere else");
    }
    const bytes = await sizeOf(path);
    await removeTree(path);
    return success(bytes);
  } catch (error) {
    if (hasErrorCode(error, "ENOENT", "ENOTDIR")) return success(undefined);
    if (hasErrorCode(error, "EACCES", "EPERM", "EBUSY", "EROFS"))
      return failure("the system does not let us remove it");
    throw error;
  }
}

/** Where `folder` is when no part of it below the root is a link. */
async function trueFolder(root: string, folder: string): Promise<string> {
  return join(await realpath(root), folder.slice(root.length));
}

/** Bytes of the files in it; what cannot be read counts as nothing. */
async function sizeOf(path: string): Promise<number> {
  const status = await lstat(path);
  if (!status.isDirectory()) return status.size;
  let bytes = 0;
  const folders = [path];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const within = folder;
    for (const entry of await readdir(within, { withFileTypes: true }).catch(() => [])) {
      const child = join(within, entry.name);
      if (entry.isDirectory()) folders.push(child);
      else bytes += (await lstat(child).catch(() => undefined))?.size ?? 0;
    }
  }
  return bytes;
}
