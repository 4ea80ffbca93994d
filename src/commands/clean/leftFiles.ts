import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { removeUnfinishedIn } from "../../core/files.ts";
import { isImageName } from "../../implementation/slots/setupImages.ts";
import { type LockHolder, lockHolder } from "../../recovery/lockHolder.ts";
import type { CleanScene } from "./cleanScene.ts";
import { removeMade } from "./removeMade.ts";

/** Folders of a checkout that a snapshot compares with, while it does (`workTreeSnapshot.ts`). */
const COMPARED = /^checkout-[A-Za-z0-9]{6}$/;

/** What the runs of a repository share, and no run needs while none is under way: setup images, folders of snapshots. */
export async function removeShared({ ledger, state }: CleanScene): Promise<void> {
  const made = [
    ...(await namesIn(state.images))
      .filter(isImageName)
      .map((name) => [`image ${name}`, join(state.images, name)] as const),
    ...(await namesIn(state.indexes))
      .filter((name) => COMPARED.test(name))
      .map((name) => [name, join(state.indexes, name)] as const),
  ];
  if (made.length === 0) return;
  const holder = await anyHolder(state.locks);
  if (holder !== undefined) {
    ledger.keep(`${state.images}: process ${holder.pid} on ${holder.host} is at work (${holder.purpose})`);
    return;
  }
  for (const [what, path] of made) {
    const removed = await removeMade(state.root, path);
    if (!removed.ok) ledger.keep(`${path}: ${removed.failure}`);
    else if (removed.value !== undefined) ledger.remove(what, removed.value);
  }
}

/** Files that killed processes had half written. */
export async function removeHalfWritten({ runs, state, user }: CleanScene): Promise<void> {
  for (const { id } of runs) {
    for (const name of ["", "inbox", "failed"])
      await removeUnfinishedIn(join(state.runDirectory(id), name), () => true);
  }
  const written = ["PLAN.md", "BACKLOG.yaml", "research.json"];
  await removeUnfinishedIn(join(user.root, "tasks"), (name) => written.includes(name));
}

/** Names what lies in the state directory and is none of ours: it stays. */
export async function nameForeign({ ledger, state }: CleanScene): Promise<void> {
  const own = [state.controlGit, state.indexes, state.images, state.runs, state.kept, state.artifacts, state.locks];
  const known = new Set([...own, join(state.root, "scratch"), join(state.root, "replaced")]);
  for (const name of await namesIn(state.root)) {
    const path = join(state.root, name);
    if (!known.has(path) && !(await isLeased(name, state.locks))) ledger.keep(`${path}: no run made it`);
  }
}

/** Work trees that are in use or could not be removed have been told of. */
async function isLeased(name: string, locks: string): Promise<boolean> {
  const [, tree] = /^((?:slot|gate)-\d+)(?:\.git)?$/.exec(name) ?? [];
  if (tree === undefined) return false;
  return (await lstat(join(locks, `${tree}.lease.epoch`)).catch(() => undefined)) !== undefined;
}

async function anyHolder(locks: string): Promise<LockHolder | undefined> {
  for (const name of await namesIn(locks)) {
    if (!/\.(lock|lease)$/.test(name)) continue;
    const holder = await lockHolder(join(locks, name));
    if (holder !== undefined) return holder;
  }
  return undefined;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}
