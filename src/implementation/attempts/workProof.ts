import { join } from "node:path";
import { compileScope } from "../../backlog/pathPattern.ts";
import type { ChangedText } from "../../git/changedTexts.ts";
import type { Change } from "../../git/changes.ts";
import type { CapturedWork } from "../../recovery/taskState.ts";
import { approvalNeeds } from "../../verification/approvals.ts";
import { runChecks } from "../../verification/commandCheck.ts";
import { shortList } from "../../verification/evidence.ts";
import { proveTask, type TreeVerdict, verdictOf } from "../../verification/failToPass.ts";
import { testConcerns } from "../../verification/testIntegrity.ts";
import type { Attempt, AttemptSurroundings } from "./attempt.ts";

/**
 * Finds out whether acceptance depends on the work: it runs again in the agent's slot, which nobody needs any more, on
 * the base and on the work without the part that is not tests. A task that is not proven lands all the same, and is
 * counted as that.
 */
export async function proveWork(
  attempt: Pick<Attempt, "task" | "number" | "slot" | "base">,
  work: CapturedWork,
  surroundings: AttemptSurroundings,
): Promise<void> {
  const { base, number, task } = attempt;
  const { control, indexes, recorder, signal } = surroundings;
  const proof = await proveTask({
    paths: work.paths,
    acceptance: task.acceptance.map((check) => check.run),
    runOnBase: () => acceptanceOn(base, attempt, surroundings),
    runWithout: async (paths) => {
      const index = join(indexes, `slot-${attempt.slot.number}-proof`);
      const tree = await control.treeWithout(base, work.commit, new Set(paths), index);
      const { author } = surroundings;
      const commit = await control.commit({ tree, parents: [base], message: `${task.id}: tests alone`, author });
      return acceptanceOn(commit, attempt, surroundings);
    },
  });
  if (signal.aborted) return;
  await recorder.record({
    type: "proof_finished",
    task: task.id,
    attempt: number,
    proven: proof.proven,
    ...(proof.proven ? {} : { because: proof.because }),
  });
}

async function acceptanceOn(
  commit: string,
  { slot, task }: Pick<Attempt, "slot" | "task">,
  { confine, environment, options, setup, signal, urgencyOf, validation }: AttemptSurroundings,
): Promise<TreeVerdict> {
  const unprepared = await setup.prepare(slot, commit);
  if (unprepared !== undefined)
    return { verdict: "unknown", because: `setup '${unprepared.command}' ${unprepared.how}` };
  const commands = task.acceptance.map((check) => check.run);
  const surroundings = {
    directory: slot.directory,
    environment,
    confinement: confine(slot, { network: task.network }),
    timeoutMs: options.taskTimeoutSeconds * 1_000,
    signal,
  };
  // A failure is what is looked for: it is not tried twice.
  return verdictOf(
    await validation.run(urgencyOf(task), () => runChecks(commands, surroundings, { retryFlaky: false })),
  );
}

/** Why a person has to agree before the work lands, a line each; none: nobody has to. */
export async function approvalsFor(
  { base, task }: Pick<Attempt, "base" | "task">,
  { commit }: CapturedWork,
  { control, onActivity, options, verify }: AttemptSurroundings,
): Promise<readonly string[]> {
  const [changes, texts] = await Promise.all([control.changes(base, commit), control.changedTexts(base, commit)]);
  const { kinds, paths } = options.approvals;
  const commands = [...task.acceptance.map((check) => check.run), ...verify];
  const concerns = testConcerns(texts, commands);
  const { notices, reasons } = approvalNeeds(changes, texts, concerns, { kinds, isNamed: compileScope(paths) });
  for (const message of [...notices, ...unsearched(changes, texts)]) onActivity(task, { kind: "notice", message });
  return reasons;
}

/** Where a key could hide: what is no text, or too large to be read as one. */
function unsearched(changes: readonly Change[], texts: readonly ChangedText[]): string[] {
  const isThere = new Set(changes.filter(({ kind }) => kind !== "deleted").map(({ path }) => path));
  const paths = texts.filter(({ path, after }) => after === undefined && isThere.has(path)).map(({ path }) => path);
  return paths.length === 0 ? [] : [`not searched for keys, being no text or over 1 MB: ${shortList(paths)}`];
}
