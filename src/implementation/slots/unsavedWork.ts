import { lstat } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../core/clock.ts";
import { endLeftoverProcesses } from "../../core/leftoverProcesses.ts";
import { messageOf } from "../../core/refusal.ts";
import { failure, type Result, success } from "../../core/result.ts";
import type { StateDirectory } from "../../core/stateDirectory.ts";
import type { ControlRepository } from "../../git/controlRepository.ts";
import { readSlotHolder, removeSlotHolder, type SlotHolder } from "../../git/slotHolder.ts";
import type { Identity } from "../../git/userRepository.ts";
import { acquireLock } from "../../recovery/lock.ts";
import { currentProcessIdentity } from "../../recovery/processIdentity.ts";
import type { RunLog } from "../../recovery/runLog.ts";
import { readRun } from "../../recovery/runStore.ts";
import type { TaskState } from "../../recovery/taskState.ts";

export interface UnsavedSources {
  readonly state: StateDirectory;
  readonly control: ControlRepository;
  readonly author: Identity;
}

/** What an agent had written when its process died, beyond what was saved of it. */
export interface UnsavedWork {
  readonly task: string;
  readonly commit: string;
}

/**
 * Keeps what the agent whose files lie in a slot had not handed in under a ref of ours, whichever run it was of: the run's
 * next process finds it there. The caller holds the slot's lease, and nothing started there lives on.
 * @returns undefined: there is nothing; the failure says what could not be saved, and why
 */
export async function setUnsavedAside(
  slot: number,
  sources: UnsavedSources,
): Promise<Result<UnsavedWork | undefined, string>> {
  const { control, state } = sources;
  const holder = await readSlotHolder(state.slotHolder(slot));
  if (holder === undefined) return success(undefined);
  try {
    const task = await taskAtWork(holder, slot, state);
    const commit = task === undefined ? undefined : await commitUnsaved(task, holder, slot, sources);
    if (commit !== undefined) await control.pin(unsavedRef(holder), commit);
    await removeSlotHolder(state.slotHolder(slot));
    return success(commit === undefined ? undefined : { task: holder.task, commit });
  } catch (error) {
    const why = messageOf(error).split("\n")[0];
    return failure(
      `what ${holder.task} had not handed in could not be saved from ${state.slotDirectory(slot)} (${why})`,
    );
  }
}

/**
 * Puts on record what agents of a run whose process died had not handed in, as work that was cut off. Slots that a live
 * process has leased are left alone: whoever leases one sets aside what lies there.
 * @returns by task, what could not be saved
 */
export async function recordUnsaved(
  log: RunLog,
  sources: UnsavedSources & { readonly clock: Clock },
): Promise<ReadonlyMap<string, string>> {
  const { control } = sources;
  const obstacles = new Map<string, string>();
  for (const { attempts, base, id, phase, slot } of [...log.state.tasks.values()]) {
    if (phase !== "working" || base === undefined || slot === undefined) continue;
    const obstacle = await setAsideIfFree(slot, sources);
    if (obstacle !== undefined) obstacles.set(id, obstacle);
    const commit = await control.readRef(unsavedRef({ run: log.runId, task: id, attempt: attempts }));
    if (commit === undefined) continue;
    const tree = await control.treeOf(commit);
    const paths = (await control.changes(base, commit)).map(({ path }) => path);
    await log.record({ type: "work_captured", task: id, attempt: attempts, commit, tree, paths, cut_off: true });
  }
  return obstacles;
}

async function setAsideIfFree(
  slot: number,
  sources: UnsavedSources & { readonly clock: Clock },
): Promise<string | undefined> {
  const { clock, state } = sources;
  const identity = await currentProcessIdentity();
  const asked = { clock, identity, purpose: "what an agent had not handed in", timeoutMs: 0 };
  const lease = await acquireLock(state.slotLease(slot), asked);
  if (!lease.ok) return undefined;
  try {
    await endLeftoverProcesses(state.slotDirectory(slot));
    const aside = await setUnsavedAside(slot, sources);
    return aside.ok ? undefined : aside.failure;
  } finally {
    await lease.value.release();
  }
}

/** The holder's task, if its journal says that its agent was at work there; what a finished attempt left was saved. */
async function taskAtWork(
  { attempt, run, task: id }: SlotHolder,
  slot: number,
  { runs }: StateDirectory,
): Promise<TaskState | undefined> {
  const read = await readRun(runs, run);
  const task = read.ok ? read.value.tasks.get(id) : undefined;
  return task?.phase === "working" && task.attempts === attempt && task.slot === slot ? task : undefined;
}

/** Undefined: all of it was saved before. */
async function commitUnsaved(
  { base, latest }: TaskState,
  { attempt, run, task }: SlotHolder,
  slot: number,
  { author, control, state }: UnsavedSources,
): Promise<string | undefined> {
  const directory = state.slotDirectory(slot);
  const status = await lstat(directory).catch(() => undefined);
  if (base === undefined || status?.isDirectory() !== true) return undefined;
  const tree = await control.snapshot(directory, { base, indexFile: join(state.indexes, `slot-${slot}`) });
  const known = [await control.treeOf(base), latest === undefined ? undefined : await control.treeOf(latest)];
  if (known.includes(tree)) return undefined;
  const message = `What ${task} had not handed in\n\nRun ${run}, attempt ${attempt}.\n`;
  return control.commit({ tree, parents: [base], message, author });
}

function unsavedRef({ attempt, run, task }: SlotHolder): string {
  return `refs/mac/unsaved/${run}/${task}/${attempt}`;
}
