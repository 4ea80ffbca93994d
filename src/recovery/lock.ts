import { randomBytes } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../core/clock.ts";
import { makeDirectory, readTextIfExists, writeFileAtomic } from "../core/files.ts";
import { failure, type Result, success } from "../core/result.ts";
import { aborted, held, type LockFailure, unreadable } from "./lockFailure.ts";
import { createLockFile, type LockRecord, readLockFile } from "./lockRecord.ts";
import { isCertainlyDead, type ProcessIdentity } from "./processIdentity.ts";

export interface LockOptions {
  readonly identity: ProcessIdentity;
  /** In words for a user who meets the lock: "implement my-feature". */
  readonly purpose: string;
  /** How long to wait for a live owner; 0 asks once. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

/** We no longer hold a lock that we believed to hold: whatever it protects is another's now. */
class LockLost extends Error {
  override readonly name = "LockLost";
}

const FIRST_POLL_MS = 10;
const LONGEST_POLL_MS = 200;

/**
 * Takes the lock file `path`, for one holder among all processes, waiting at most `timeoutMs` for a live one. The lock of
 * an owner that is certainly dead is taken over at once. Rejects only if the file system does not let us write there.
 *
 *     absent ──link──► held by T ──claim T, remove──► absent
 *
 * Only `link` makes the file, so there is one winner. Removing needs the claim on exactly the acquisition that is to go
 * (file `<path>.claim-<token of T>`): that holds for an owner's release as for a taker of a dead owner's lock, so that
 * nobody, however late he wakes up, removes a lock that was taken since.
 */
export async function acquireLock(path: string, options: LockOptions): Promise<Result<Lock, LockFailure>> {
  // Durably: the count of acquisitions has to outlive the machine.
  await makeDirectory(dirname(path));
  // A monotonic clock of its own: the wait must end also when the machine's time is set, or held still in a test.
  const deadline = performance.now() + options.timeoutMs;
  for (let poll = FIRST_POLL_MS; ; poll = Math.min(poll * 2, LONGEST_POLL_MS)) {
    if (options.signal?.aborted) return failure(aborted(path));
    const attempt = await tryAcquire(path, options);
    if (attempt === undefined) continue;
    if (attempt.ok) return attempt;
    const remaining = deadline - performance.now();
    if (remaining <= 0) return attempt;
    await sleepUnlessAborted(Math.min(poll, remaining), options.signal);
  }
}

/** A lock that is held, until `release`. It is not renewed: that its process lives is what keeps it. */
export class Lock {
  readonly path: string;
  /** Higher at each acquisition of this path, by whomever. */
  readonly epoch: number;
  private readonly record: LockRecord;

  constructor(path: string, epoch: number, record: LockRecord) {
    this.path = path;
    this.epoch = epoch;
    this.record = record;
  }

  /** Rejects with `LockLost` unless the lock is ours at this moment. */
  async assertOwned(): Promise<void> {
    if (await this.isOurs()) return;
    throw new LockLost(`The lock ${this.path} (${this.record.purpose}) is no longer held by this process`);
  }

  /** Gives the lock back; one that is not ours any more is left alone. */
  async release(): Promise<void> {
    try {
      await removeAcquisition(this.path, this.record.token, this.record);
    } catch {
      // On a full disk no claim can be made; while we live nobody else has a right to one.
      if (await this.isOurs()) await rm(this.path, { force: true });
    }
  }

  private async isOurs(): Promise<boolean> {
    const file = await readLockFile(this.path);
    return file.kind === "record" && file.record.token === this.record.token;
  }
}

/** Undefined: the lock changed hands while we looked, so look again at once. */
async function tryAcquire(path: string, options: LockOptions): Promise<Result<Lock, LockFailure> | undefined> {
  const file = await readLockFile(path);
  switch (file.kind) {
    case "absent": {
      const record = newRecord(options);
      return (await createLockFile(path, record)) ? success(await finishAcquiring(path, record)) : undefined;
    }
    case "unreadable":
      return failure(unreadable(path));
    case "record": {
      if (await isCertainlyDead(file.record.owner, options.identity)) {
        const removed = await removeAcquisition(path, file.record.token, newRecord(options));
        if (removed) return undefined;
      }
      return failure(held(path, file.record));
    }
  }
}

/**
 * Removes the lock file if it still is the acquisition `token`, by winning the claim on it first. A claim whose claimant
 * died is itself claimed in the same way, by its own token. False: another live process has the claim.
 */
async function removeAcquisition(path: string, token: string, claimant: LockRecord): Promise<boolean> {
  const claim = { ...claimant, token: newToken() };
  let claimPath = claimPathOf(path, token);
  while (!(await createLockFile(claimPath, claim))) {
    const other = await readLockFile(claimPath);
    if (other.kind !== "record") return false;
    if (!(await isCertainlyDead(other.record.owner, claimant.owner))) return false;
    claimPath = claimPathOf(path, other.record.token);
  }
  // Looked at again under the claim: what we read before may have been removed, and the path taken anew, since.
  const current = await readLockFile(path);
  if (current.kind === "record" && current.record.token === token) await rm(path, { force: true });
  await rm(claimPath, { force: true });
  return true;
}

/** The lock is ours from here on: nobody else touches these files. */
async function finishAcquiring(path: string, record: LockRecord): Promise<Lock> {
  try {
    await sweepLeftovers(path, record.token);
    return new Lock(path, await nextEpoch(path, record.since), record);
  } catch (error) {
    await removeAcquisition(path, record.token, record);
    throw error;
  }
}

/** Claims on earlier acquisitions can win nothing any more; unfinished files are what killed processes left. */
async function sweepLeftovers(path: string, token: string): Promise<void> {
  const name = basename(path);
  const own = basename(claimPathOf(path, token));
  for (const entry of await readdir(dirname(path))) {
    const isLeftover = entry.startsWith(`${name}.claim-`) || (entry.startsWith(`${name}.`) && entry.endsWith(".tmp"));
    if (isLeftover && !entry.startsWith(own)) await rm(join(dirname(path), entry), { force: true });
  }
}

/** The count outlives the lock file, or a released lock would start again from 1. */
async function nextEpoch(path: string, now: number): Promise<number> {
  const file = `${path}.epoch`;
  const text = await readTextIfExists(file);
  const last = Number(text ?? 0);
  // A count that cannot be read is replaced by one that is certainly higher: seconds since 1970.
  const epoch = (Number.isSafeInteger(last) ? last : Math.floor(now / 1000)) + 1;
  await writeFileAtomic(file, `${epoch}\n`, 0o600);
  return epoch;
}

function newRecord({ identity, purpose, clock }: LockOptions): LockRecord {
  return { v: 1, token: newToken(), owner: identity, purpose, since: clock.now() };
}

function newToken(): string {
  return randomBytes(16).toString("hex");
}

function claimPathOf(path: string, token: string): string {
  return `${path}.claim-${token}`;
}

async function sleepUnlessAborted(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(milliseconds, undefined, signal ? { signal } : {});
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}
