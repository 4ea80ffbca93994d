import { join } from "node:path";
import type { AgentRunner } from "../core/agentRunner.ts";
import { counted } from "../core/counted.ts";
import { removeUnfinishedIn } from "../core/files.ts";
import { endLeftoverProcesses } from "../core/leftoverProcesses.ts";
import type { StateDirectory } from "../core/stateDirectory.ts";
import type { ControlRepository } from "../git/controlRepository.ts";
import { removeStaleLocks } from "../git/staleLocks.ts";
import type { Identity } from "../git/userRepository.ts";
import { lockHolder } from "../recovery/lockHolder.ts";
import type { RunEventOf } from "../recovery/runEvents.ts";
import type { RunState } from "../recovery/runState.ts";
import { findUnfinishedRun, readRun } from "../recovery/runStore.ts";
import { setUnsavedAside } from "./slots/unsavedWork.ts";
import type { WorktreeManager } from "./worktreeManager.ts";

export interface LeftoverSources {
  readonly state: StateDirectory;
  readonly control: ControlRepository;
  readonly worktrees: WorktreeManager;
  readonly runner: AgentRunner;
  readonly trackId: string;
  readonly author: Identity;
  readonly warn: (message: string) => void;
}

type Cleared = RunEventOf<"leftovers_cleared">;

/**
 * Ends and removes what processes of ours that died have left where this run is about to work: commands that live on in
 * its work trees, agents' sessions of the track's unfinished run, git's locks, unfinished files. The caller holds the
 * track's lock and the leases, so whoever made these is gone. What lies in the work trees the next rebuild takes away:
 * what an agent of any run had not handed in is set aside before.
 * @returns undefined: there was nothing
 */
export async function clearLeftovers(sources: LeftoverSources): Promise<Cleared | undefined> {
  const { control, runner, state, worktrees } = sources;
  const processes = await endLeftoverProcesses(...worktrees.directories);
  const locks = await removeStaleLocks(control.directory, state.indexes);
  const run = await unfinishedRun(sources);
  const sessions = run === undefined ? [] : await runner.endSessions(await sessionsOf(run, sources));
  for (const slot of worktrees.slots) {
    const aside = await setUnsavedAside(slot, sources);
    if (!aside.ok) sources.warn(aside.failure);
  }
  if (processes + locks.length + sessions.length === 0) return undefined;
  return { type: "leftovers_cleared", sessions: [...sessions], processes, locks: [...locks] };
}

export function describeCleared({ sessions, processes, locks }: Cleared): string {
  const told = [
    ...(sessions.length === 0 ? [] : [counted(sessions.length, "session")]),
    ...(processes === 0 ? [] : [counted(processes, "running command")]),
    ...(locks.length === 0 ? [] : [counted(locks.length, "git lock")]),
  ];
  return `cleared what a process that died had left: ${told.join(", ")}`;
}

/** One that cannot be read is for who opens it to refuse. */
async function unfinishedRun({ state, trackId }: LeftoverSources): Promise<RunState | undefined> {
  const runId = await findUnfinishedRun(state.runs, trackId);
  if (!runId.ok || runId.value === undefined) return undefined;
  const folder = state.runDirectory(runId.value);
  for (const name of ["", "inbox", "failed"]) await removeUnfinishedIn(join(folder, name), () => true);
  const run = await readRun(state.runs, runId.value);
  return run.ok ? run.value : undefined;
}

async function sessionsOf(run: RunState, { runner, state, worktrees }: LeftoverSources) {
  const open = [...run.tasks.values()].flatMap(({ isSessionOpen, session }) =>
    isSessionOpen && session !== undefined ? [session] : [],
  );
  // A slot of the dead run may be another live run's by now.
  const free = await Promise.all(
    run.slots.map(async (slot) => ((await lockHolder(state.slotLease(slot))) === undefined ? [slot] : [])),
  );
  return {
    sessions: open,
    hostSessions: run.hostSessions.filter((id) => id !== runner.hostSession),
    directories: [...new Set([...worktrees.directories, ...free.flat().map((slot) => state.slotDirectory(slot))])],
  };
}
