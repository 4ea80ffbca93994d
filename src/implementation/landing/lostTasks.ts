import { dirname } from "node:path";
import { compareText } from "../../core/compareText.ts";
import type { ControlRepository } from "../../git/controlRepository.ts";
import { GitError } from "../../git/gitFailure.ts";
import { trackRef } from "../../git/trackBranch.ts";
import type { LandedTask } from "./trackHistory.ts";

/** Tasks whose work a ref of control.git has, or, where none does, a commit of it. */
export interface KeptWork {
  readonly ref: string;
  readonly tasks: readonly string[];
}

/**
 * Those of `landed`, in the order of landing, whose work is in the history of none of `tips`: the branch it was on is gone.
 * What the first of `tips` has by other commits, as after a squash or a rebase, is not lost.
 */
export async function lostTasks(
  control: ControlRepository,
  landed: readonly LandedTask[],
  tips: readonly [string, ...string[]],
): Promise<readonly LandedTask[]> {
  const missing = await control.missingFrom(
    landed.map(({ commit }) => commit),
    tips,
  );
  const lost = landed.filter(({ commit }) => missing.has(commit));
  const last = lost.at(-1);
  return last === undefined || (await addsNothing(control, tips[0], last.commit)) ? [] : lost;
}

/** Where in control.git the work of lost tasks is kept. */
export async function whereLostIsKept(
  control: ControlRepository,
  trackId: string,
  lost: readonly LandedTask[],
): Promise<readonly KeptWork[]> {
  const places: KeptWork[] = [];
  let left = lost;
  for (const { name, commit } of await refsOfTracks(control, trackId)) {
    if (left.length === 0) break;
    const missing = await control.missingFrom(
      left.map((task) => task.commit),
      [commit],
    );
    const held = left.filter((task) => !missing.has(task.commit));
    if (held.length > 0) places.push({ ref: name, tasks: held.map(({ task }) => task) });
    left = left.filter((task) => missing.has(task.commit));
  }
  return [...places, ...left.map(({ task, commit }) => ({ ref: commit, tasks: [task] }))];
}

/** The track as it is, as it was cleaned, the latest first, and as it was before its branch was replaced. */
async function refsOfTracks(control: ControlRepository, trackId: string) {
  const kept = await control.refsBelow("refs/mac/kept");
  // Of one run, the branch that has a person's commits as well comes first.
  const tracks = kept
    .filter(({ name }) => /\/(branch|track)$/.test(name))
    .toSorted((a, b) => compareText(dirname(b.name), dirname(a.name)) || compareText(a.name, b.name));
  return [
    ...(await control.refsBelow(trackRef(trackId))),
    ...tracks,
    ...(await control.refsBelow(`refs/mac/replaced/${trackId}`)),
  ];
}

async function addsNothing(control: ControlRepository, head: string, commit: string): Promise<boolean> {
  try {
    const merged = await control.mergeTrees(head, commit);
    return merged.kind === "clean" && merged.tree === (await control.treeOf(head));
  } catch (error) {
    // Histories that have nothing in common.
    if (error instanceof GitError) return false;
    throw error;
  }
}
