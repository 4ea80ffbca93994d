import type { LockRecord } from "./lockRecord.ts";
import type { ProcessIdentity } from "./processIdentity.ts";

/** A live process, or one that cannot be seen from here, holds the lock. */
export interface LockHeld {
  readonly reason: "held";
  readonly path: string;
  readonly owner: ProcessIdentity;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly purpose: string;
  /** For the user. */
  readonly message: string;
}

/** Why a lock was not acquired; `message` is for the user. */
export type LockFailure =
  | LockHeld
  | { readonly reason: "unreadable"; readonly path: string; readonly message: string }
  | { readonly reason: "aborted"; readonly path: string; readonly message: string };

export function held(path: string, record: LockRecord): LockHeld {
  const { owner, since, purpose } = record;
  return { reason: "held", path, owner, since, purpose, message: heldMessage(path, record) };
}

export function unreadable(path: string): LockFailure {
  return {
    reason: "unreadable",
    path,
    message: `The lock ${path} was not written by this version: remove it if no other run is going on.`,
  };
}

export function aborted(path: string): LockFailure {
  return { reason: "aborted", path, message: `Interrupted while waiting for the lock ${path}.` };
}

function heldMessage(path: string, { owner, since, purpose }: LockRecord): string {
  const started = new Date(since).toISOString().replace("T", " ").slice(0, 19);
  return (
    `"${purpose}" is already running: process ${owner.pid} on ${owner.host}, since ${started} UTC. ` +
    `Wait for it or stop it (look at it with: ps -fp ${owner.pid}); if that process is certainly gone, remove ${path}`
  );
}
