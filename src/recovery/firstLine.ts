import { open } from "node:fs/promises";
import { hasErrorCode } from "../core/files.ts";

export interface FirstLine {
  /** Without its newline. */
  readonly bytes: Buffer;
  /** Nothing comes after it: it may never have been finished. */
  readonly isLast: boolean;
}

/** A file's first line, however long the rest is. Undefined: there is no such file, or nothing in it. */
export async function readFirstLine(path: string): Promise<FirstLine | undefined> {
  const file = await open(path, "r").catch((error: unknown) => {
    if (hasErrorCode(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    const { size } = await file.stat();
    const pieces: Buffer[] = [];
    let length = 0;
    for (;;) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(PIECE), 0, PIECE, length);
      const piece = buffer.subarray(0, bytesRead);
      const end = piece.indexOf(NEWLINE);
      pieces.push(end < 0 ? piece : piece.subarray(0, end));
      length += end < 0 ? bytesRead : end + 1;
      if (length === 0) return undefined;
      if (end >= 0 || bytesRead === 0) return { bytes: Buffer.concat(pieces), isLast: length >= size };
    }
  } finally {
    await file.close();
  }
}

const NEWLINE = 0x0a;
const PIECE = 16_384;
