import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { hasErrorCode } from "./files.ts";
import { messageOf } from "./refusal.ts";
import { failure, type Result, success } from "./result.ts";

export type BoundedFileFailure =
  | { readonly reason: "missing" }
  | { readonly reason: "not_a_file"; readonly message: string }
  | { readonly reason: "too_large"; readonly bytes: number }
  | { readonly reason: "unreadable"; readonly message: string };

/** The bytes of a regular file of at most `maxBytes`; a larger one is not read, a named pipe is not waited for. */
export async function readBoundedFile(path: string, maxBytes: number): Promise<Result<Buffer, BoundedFileFailure>> {
  try {
    // Non-blocking: opening a named pipe that nobody writes to would wait for ever.
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return await readBounded(handle, maxBytes);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (hasErrorCode(error, "ENOENT", "ENOTDIR")) return failure({ reason: "missing" });
    return failure({ reason: "unreadable", message: messageOf(error) });
  }
}

async function readBounded(handle: FileHandle, maxBytes: number): Promise<Result<Buffer, BoundedFileFailure>> {
  const status = await handle.stat();
  if (status.isDirectory()) return failure({ reason: "not_a_file", message: "it is a folder" });
  if (!status.isFile()) return failure({ reason: "not_a_file", message: "it is not a regular file" });
  if (status.size > maxBytes) return failure({ reason: "too_large", bytes: status.size });
  return success(await handle.readFile());
}
