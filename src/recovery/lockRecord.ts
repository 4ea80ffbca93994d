import { randomBytes } from "node:crypto";
import { link, open, rm } from "node:fs/promises";
import { z } from "zod";
import { hasErrorCode, readTextIfExists } from "../core/files.ts";
import { parseJson } from "../core/parseJson.ts";

const lockRecordSchema = z.object({
  v: z.literal(1),
  /** Unique to this acquisition: two locks of one process differ. */
  token: z.string().regex(/^[0-9a-f]{32}$/),
  owner: z.object({
    pid: z.number().int(),
    startTime: z.string(),
    bootId: z.string(),
    host: z.string(),
    pidNamespace: z.string(),
  }),
  /** What it is held for, in words for a user: "implement my-feature". */
  purpose: z.string(),
  /** Milliseconds since the epoch. */
  since: z.number(),
});

/** What a lock file says about who holds it. */
export type LockRecord = Readonly<z.infer<typeof lockRecordSchema>>;

export type LockFile =
  | { readonly kind: "absent" }
  | { readonly kind: "record"; readonly record: LockRecord }
  | { readonly kind: "unreadable" };

export async function readLockFile(path: string): Promise<LockFile> {
  const text = await readTextIfExists(path);
  if (text === undefined) return { kind: "absent" };
  const parsed = lockRecordSchema.safeParse(parseJson(text));
  return parsed.success ? { kind: "record", record: parsed.data } : { kind: "unreadable" };
}

/**
 * Makes the file `path` hold `record` if there is no such file; false if there is one. The file appears with all its
 * content at once: link(2) is atomic and refuses an existing name, also between machines on NFS. False, too, if somebody
 * who has just taken the lock swept our unfinished file away.
 */
export async function createLockFile(path: string, record: LockRecord): Promise<boolean> {
  const temporary = await writeTemporary(path, record);
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if (hasErrorCode(error, "EEXIST", "ENOENT")) return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function writeTemporary(path: string, record: LockRecord): Promise<string> {
  const temporary = `${path}.${record.token}-${randomBytes(4).toString("hex")}.tmp`;
  const handle = await open(temporary, "wx", 0o600);
  try {
    await handle.writeFile(JSON.stringify(record));
    // A lock file left empty by a power cut could not be told from one that is held by somebody.
    await handle.sync();
  } finally {
    await handle.close();
  }
  return temporary;
}
