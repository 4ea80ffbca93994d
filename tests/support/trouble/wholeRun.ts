import type { Track } from "../track.ts";
import type { Goal } from "./checkout.ts";

/** Records of a journal that name a commit an agent's work is in. */
const SAVING = new Set(["work_captured", "checkpoint_taken"]);

/** What is wrong at the end of a run that has come through, in words; nothing, if it is as if nothing had happened. */
export async function flawsOf(track: Track, goal: Goal, tasks: readonly string[]): Promise<readonly string[]> {
  const { git } = track.repository;
  const flaws: string[] = [];
  for (const branch of ["mac/words", "main"]) {
    const tree = await git("rev-parse", `${branch}^{tree}`);
    if (tree !== goal.tree) flaws.push(`${branch} is at the tree ${tree}, not at ${goal.tree}`);
  }
  flaws.push(...(await doubled(track, goal.base, tasks)));
  flaws.push(...(await lost(track)));
  const open = Object.entries(await track.statuses()).filter(([, status]) => status !== "complete");
  for (const [task, status] of open) flaws.push(`${task} is ${status}`);
  const dirty = await git("status", "--porcelain");
  if (dirty.replace(/^.M tasks\/BACKLOG\.yaml$/m, "") !== "") flaws.push(`the work tree is not clean: ${dirty}`);
  return flaws;
}

async function doubled(track: Track, base: string, tasks: readonly string[]): Promise<readonly string[]> {
  const log = await track.repository.git("log", "--format=%(trailers:key=Mac-Task,valueonly)", `${base}..mac/words`);
  const landed = log.split("\n").filter((line) => line !== "");
  return tasks.flatMap((task) => {
    const times = landed.filter((other) => other === task).length;
    return times === 1 ? [] : [`${task} landed ${times} times`];
  });
}

/** Commits on record that no ref leads to. */
async function lost(track: Track): Promise<readonly string[]> {
  const control = await track.control();
  const kept = new Set((await control.git("rev-list", "--all")).split("\n"));
  const records = (await track.journals()).split("\n").filter((line) => line !== "");
  const events = records.map((line) => (JSON.parse(line) as { event: SavingEvent }).event);
  const saved = events.filter(({ type, commit }) => SAVING.has(type) && commit !== undefined);
  return saved.flatMap(({ type, task, commit = "" }) =>
    kept.has(commit) ? [] : [`no ref leads to ${commit}, recorded by ${type} of ${task}`],
  );
}

interface SavingEvent {
  readonly type: string;
  readonly task?: string;
  readonly commit?: string;
}
