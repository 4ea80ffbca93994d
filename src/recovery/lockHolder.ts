import { readLockFile } from "./lockRecord.ts";
import { currentProcessIdentity, isCertainlyDead } from "./processIdentity.ts";

/** Who holds a lock, seen from outside; nothing is written and nothing waited for. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** In words: "implement my-feature". */
  readonly purpose: string;
}

/** Undefined when nobody does, or when whoever did is certainly gone. */
export async function lockHolder(path: string): Promise<LockHolder | undefined> {
  const file = await readLockFile(path);
  if (file.kind !== "record") return undefined;
  const { owner, purpose, since } = file.record;
  if (await isCertainlyDead(owner, await currentProcessIdentity())) return undefined;
  return { pid: owner.pid, host: owner.host, since, purpose };
}
