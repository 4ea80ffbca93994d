import { lstat } from "node:fs/promises";
import type { CommandContext } from "../../core/commandContext.ts";
import { type StateDirectory, stateDirectoryFor } from "../../core/stateDirectory.ts";
import { ControlRepository } from "../../git/controlRepository.ts";
import { Git, requireGit } from "../../git/gitProcess.ts";
import { inspectRepository, type UserRepository } from "../../git/userRepository.ts";
import { currentProcessIdentity, type ProcessIdentity } from "../../recovery/processIdentity.ts";
import type { RunState } from "../../recovery/runState.ts";
import { listRuns, readRun } from "../../recovery/runStore.ts";
import type { CleaningLedger } from "./cleaningLedger.ts";

/** What `clean` needs of its surroundings: no agent and no model. */
export type CleanContext = Pick<CommandContext, "directory" | "environment" | "clock" | "signal">;

export interface KnownRun {
  readonly id: string;
  /** Undefined: its journal cannot be read; `problem` says why. */
  readonly state: RunState | undefined;
  readonly problem: string | undefined;
}

export interface CleanScene extends Pick<CleanContext, "clock" | "signal"> {
  readonly git: Git;
  readonly user: UserRepository;
  readonly state: StateDirectory;
  readonly control: ControlRepository;
  readonly identity: ProcessIdentity;
  /** Newest first. */
  readonly runs: readonly KnownRun[];
  readonly ledger: CleaningLedger;
}

/** Undefined: nothing of ours is there for this repository. */
export async function readCleanScene(context: CleanContext, ledger: CleaningLedger): Promise<CleanScene | undefined> {
  const { clock, directory, environment, signal } = context;
  const git = new Git(environment);
  await requireGit(git);
  const user = await inspectRepository(git, directory);
  const state = stateDirectoryFor(user.commonDir, environment);
  const isThere = await lstat(state.root).catch(() => undefined);
  if (isThere === undefined) return undefined;
  const control = await ControlRepository.open(git, state, user);
  const runs = await readAllRuns(state.runs);
  return { git, user, state, control, clock, signal, runs, ledger, identity: await currentProcessIdentity() };
}

async function readAllRuns(directory: string): Promise<readonly KnownRun[]> {
  const runs: KnownRun[] = [];
  for (const id of await listRuns(directory)) {
    const read = await readRun(directory, id);
    const state = read.ok ? read.value : undefined;
    runs.push({ id, state, problem: read.ok ? undefined : read.failure.message });
  }
  return runs;
}
