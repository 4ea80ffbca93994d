import { unreachable } from "../core/unreachable.ts";
import type { ChecksOutcome } from "./commandCheck.ts";
import { isTestConfiguration, isTestFile } from "./testFiles.ts";

/** What commands say about a tree. `unknown`: they came to no verdict, such as one that did not end in time. */
export type TreeVerdict =
  | { readonly verdict: "passed" }
  | { readonly verdict: "failed" }
  | { readonly verdict: "unknown"; readonly because: string };

/** Whether it was seen that a task's acceptance depends on its work. */
export type Proof = { readonly proven: true } | { readonly proven: false; readonly because: string };

/** A task's work, and how to try its acceptance, which passes on it, somewhere else. */
export interface WorkToProve {
  /** Every path that differs between the base and the work. */
  readonly paths: readonly string[];
  /** The acceptance commands. */
  readonly acceptance: readonly string[];
  /** Runs acceptance on the base. It may be remembered: the same for all attempts from there. */
  readonly runOnBase: () => Promise<TreeVerdict>;
  /** Runs acceptance on the work with these paths as they are on the base. */
  readonly runWithout: (paths: readonly string[]) => Promise<TreeVerdict>;
}

/** The part of a change that is not tests, nor how they are run: what is taken back to see them fail. */
function pathsToTakeBack(paths: readonly string[]): string[] {
  return paths.filter((path) => !isTestFile(path) && !isTestConfiguration(path));
}

/**
 * Fail-to-pass (issue 4): acceptance fails on the base, passes on the work, and fails again on the work without the
 * part that is not tests. As few runs as that takes: none where it cannot hold, one where nothing changed but code (then
 * the work without it is the base), two otherwise. Why each rule is as it is: docs/decisions/0048-what-proves-a-task.md.
 */
export async function proveTask({ paths, acceptance, runOnBase, runWithout }: WorkToProve): Promise<Proof> {
  if (acceptance.length === 0) return unproven("the task names no acceptance command");
  if (paths.length === 0) return unproven("nothing was changed");
  const takenBack = pathsToTakeBack(paths);
  if (takenBack.length === 0) return unproven("only tests were changed: nothing can be taken back to see them fail");

  const onBase = lackOfFailure(await runOnBase(), "before the work");
  if (onBase !== undefined) return unproven(onBase);
  if (takenBack.length === paths.length) return { proven: true };
  const without = lackOfFailure(await runWithout(takenBack), "with its tests alone, the rest of the work taken back");
  return without === undefined ? { proven: true } : unproven(without);
}

function lackOfFailure(run: TreeVerdict, when: string): string | undefined {
  switch (run.verdict) {
    case "failed":
      return undefined;
    case "passed":
      return `acceptance passes ${when}`;
    case "unknown":
      return `acceptance came to no verdict ${when}: ${run.because}`;
    default:
      return unreachable(run);
  }
}

function unproven(because: string): Proof {
  return { proven: false, because };
}

/** What an outcome of the acceptance commands says about a tree. */
export function verdictOf({ failed }: ChecksOutcome): TreeVerdict {
  if (failed === undefined) return { verdict: "passed" };
  if (failed.hasVerdict) return { verdict: "failed" };
  return { verdict: "unknown", because: `'${failed.command}' ${failed.how}` };
}
