import type { ControlRepository, MergeOutcome } from "../../git/controlRepository.ts";
import type { Identity } from "../../git/userRepository.ts";
import type { CapturedWork } from "../../recovery/taskState.ts";
import type { Task } from "../../types.ts";
import { joinSteps, landingMessage, mergeMessage, type StepCommit } from "./landingCommits.ts";

/** Proven work that asks to land. */
export interface Landing {
  readonly task: Task;
  readonly attempt: number;
  readonly model: string;
  readonly work: CapturedWork;
}

/** Work of one task or several as one commit for the branch. */
export interface Candidate<Item> {
  /** What the branch is to be moved to: a task's own commit, or the merge of several. */
  readonly commit: string;
  /** What it brings, in order, each with its own commit. */
  readonly parts: readonly { readonly item: Item; readonly commit: string }[];
}

export interface Assembly<Item> {
  /** Undefined: nothing fits. */
  readonly candidate: Candidate<Item> | undefined;
  /** What does not go together with the branch as it is. */
  readonly conflicting: readonly { readonly item: Item; readonly paths: readonly string[] }[];
  /** What conflicts with other work of the batch, which may turn out not to land. */
  readonly postponed: readonly Item[];
}

export interface AssemblyOptions {
  readonly control: ControlRepository;
  readonly author: Identity;
  readonly runId: string;
  readonly head: string;
  /** The commit a task's work was made from. */
  readonly baseOf: (task: Task) => string;
}

/** Puts pieces of work on top of the branch's head, one after the other. Makes commits and moves no ref. */
export async function assemble<Item extends { readonly landing: Landing }>(
  items: readonly Item[],
  { author, baseOf, control, head, runId }: AssemblyOptions,
): Promise<Assembly<Item>> {
  const steps: (StepCommit & { readonly item: Item })[] = [];
  const conflicting: { item: Item; paths: readonly string[] }[] = [];
  const postponed: Item[] = [];
  for (const item of items) {
    const { task, attempt, model, work } = item.landing;
    const tip = steps.at(-1)?.commit ?? head;
    const base = baseOf(task);
    const merged: MergeOutcome =
      base === tip ? { kind: "clean", tree: work.tree } : await control.mergeSince(base, tip, work.commit);
    if (merged.kind === "conflict") {
      if (tip === head) conflicting.push({ item, paths: merged.paths });
      else postponed.push(item);
      continue;
    }
    const message = landingMessage({ task, attempt, model, runId });
    const commit = await control.commit({ tree: merged.tree, parents: [tip], message, author });
    steps.push({ item, task: task.id, commit, tree: merged.tree });
  }
  if (steps.length === 0) return { candidate: undefined, conflicting, postponed };
  const message = mergeMessage(
    steps.map(({ task }) => task),
    runId,
  );
  const commit = await joinSteps(control, author, head, steps, message);
  return { candidate: { commit, parts: steps }, conflicting, postponed };
}
