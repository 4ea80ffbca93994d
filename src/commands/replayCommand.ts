import type { CommandContext, CommandReport } from "../core/commandContext.ts";
import { counted } from "../core/counted.ts";
import { Refusal } from "../core/refusal.ts";
import { type StateDirectory, stateDirectoryFor } from "../core/stateDirectory.ts";
import { Git, requireGit } from "../git/gitProcess.ts";
import { inspectRepository, locateRepository } from "../git/userRepository.ts";
import { type AgainOptions, replayAgain } from "../implementation/replay/replayAgain.ts";
import { textTable } from "../monitoring/textTable.ts";
import { whereKept } from "../recovery/keptRuns.ts";
import { journalPath, readRunFolder } from "../recovery/runFolder.ts";
import { runsOfUnknownTrack, tracksOfRuns } from "../recovery/runStore.ts";
import { statusOf, type TaskState } from "../recovery/taskState.ts";
import { checkArtifacts, checkHistory, type ReplayCheck, type ReplayedRun } from "./replayChecks.ts";
import { foldAgain } from "./replayFold.ts";

export interface ReplayFlags {
  /** Undefined: the latest. */
  readonly run?: string | undefined;
  /** Drive it again, too. */
  readonly again: boolean;
}

export type ReplayContext = Pick<CommandContext, "directory" | "environment" | "options" | "signal">;

/**
 * D2. Adds a run's journal up once more, from its first record, and holds what it says against what is there. Changes
 * nothing and waits for nobody, also while the run goes on.
 */
export async function replayCommand(flags: ReplayFlags, context: ReplayContext): Promise<CommandReport> {
  const git = new Git(context.environment);
  await requireGit(git);
  const { commonDir } = await locateRepository(git, context.directory);
  const state = stateDirectoryFor(commonDir, context.environment);
  const runId = await chooseRun(state, flags.run);
  const folder = await readRunFolder(state.runs, runId);
  if (folder.kind === "damaged") throw new Refusal(folder.failure.message);

  const folded = await foldAgain(journalPath(state.runs, runId), runId);
  const { run, digest } = folded;
  const checks = [...folded.checks, ...(await checkHistory(run, git, state)), await checkArtifacts(runId, state)];
  if (checks.every(({ differences }) => differences.length === 0) && flags.again) {
    checks.push(await checkAgain({ git, state, run, context, user: await inspectRepository(git, context.directory) }));
  }
  const differences = checks.flatMap((check) => check.differences);
  const text = [headLine(run), `Its state: ${digest}`, "", ...table(checks), ...lines(differences)].join("\n");
  if (differences.length === 0) return { text, outcome: { done: true } };
  return { text, outcome: { done: false, reason: `Run ${runId} is not what its journal says, see above.` } };
}

async function checkAgain(options: AgainOptions): Promise<ReplayCheck> {
  const { tasks, tree, differences, folder } = await replayAgain(options);
  const kept = folder === undefined ? [] : [`what was done again is kept in ${folder}`];
  const compared = `${counted(tasks, "task")}, tree ${tree.slice(0, 9)}`;
  return { name: "driven again", compared, differences: [...differences, ...kept] };
}

function headLine({ runId, events, state: { started, outcome, tasks } }: ReplayedRun): string {
  const what = `${counted(events.length, "event")}, ${counted(tasks.size, "task")} (${countedStatuses(tasks.values())})`;
  return `Run ${runId} of track ${started?.track_id} (${outcome ?? "not finished"}): ${what}.`;
}

async function chooseRun(state: StateDirectory, wanted: string | undefined): Promise<string> {
  const found = [...(await tracksOfRuns(state.runs)), ...(await runsOfUnknownTrack(state.runs))];
  const runs = found
    .map(({ runId }) => runId)
    .sort()
    .reverse();
  if (wanted !== undefined && runs.includes(wanted)) return wanted;
  const kept = wanted === undefined ? undefined : await whereKept(state, wanted);
  if (kept !== undefined) throw new Refusal(kept);
  const [latest] = runs;
  if (latest === undefined) throw new Refusal("Nothing was run here yet: there is no journal to replay.");
  if (wanted === undefined) return latest;
  throw new Refusal(`No run '${wanted}' is known here; the latest are ${runs.slice(0, 5).join(", ")}.`);
}

function countedStatuses(tasks: Iterable<TaskState>): string {
  const counts = new Map<string, number>();
  for (const { phase } of tasks) {
    const status = statusOf(phase);
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  return [...counts].map(([status, count]) => `${count} ${status}`).join(", ");
}

function table(checks: readonly ReplayCheck[]): readonly string[] {
  const rows = checks.map(({ name, compared, differences }) => [name, compared, String(differences.length)]);
  return textTable([{ head: "" }, { head: "compared" }, { head: "differ", align: "right" }], rows);
}

/** More than these help nobody at once. */
const MOST_LINES = 50;

function lines(differences: readonly string[]): readonly string[] {
  if (differences.length === 0) return [];
  const more = differences.length - MOST_LINES;
  return ["", ...differences.slice(0, MOST_LINES), ...(more > 0 ? [`… and ${more} more`] : [])];
}
