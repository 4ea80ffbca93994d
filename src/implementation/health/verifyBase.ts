import type { ControlRepository } from "../../git/controlRepository.ts";
import type { Git } from "../../git/gitProcess.ts";
import { readTrackBranch, trackBranchName } from "../../git/trackBranch.ts";
import type { UserRepository } from "../../git/userRepository.ts";
import type { CheckResult, FailedCheck } from "../../verification/commandCheck.ts";
import { type Baseline, baselineOf } from "../landing/baseline.ts";
import type { Gate } from "../landing/gate.ts";

/** The commit work goes on from, and what to call it. */
export interface StartingPoint {
  readonly commit: string;
  readonly name: string;
}

/** The track's branch where it is ahead of the user's commit, else that commit. */
export async function startingPoint(
  git: Git,
  user: UserRepository,
  control: ControlRepository,
  trackId: string | undefined,
): Promise<StartingPoint> {
  const branch = trackId === undefined ? undefined : await readTrackBranch(git, user, trackId);
  if (trackId === undefined || branch === undefined || (await control.isAncestor(branch, user.head))) {
    return { commit: user.head, name: "The base" };
  }
  return { commit: branch, name: trackBranchName(trackId) };
}

/** What `verify` says of the base: that is what everything built on it is compared with. */
export type BaseVerdict =
  | { readonly kind: "green"; readonly flaky: readonly string[] }
  | { readonly kind: "red"; readonly failed: FailedCheck }
  | { readonly kind: "allowed"; readonly failed: FailedCheck; readonly baseline: Baseline };

/**
 * Runs `verify` on the commit the gate was prepared for. Where a red base is allowed, what is red runs twice, so that
 * failures that come and go are known as such; else the first failure that stays is the verdict.
 */
export async function verifyBase(gate: Gate, commands: readonly string[], allowRed: boolean): Promise<BaseVerdict> {
  if (!allowRed) {
    const { failed, results } = await gate.look(commands, {});
    return failed === undefined ? { kind: "green", flaky: flakyOf(results) } : { kind: "red", failed };
  }
  const once = { retryFlaky: false, runAll: true };
  const first = await gate.look(commands, once);
  if (first.failed === undefined) return { kind: "green", flaky: [] };
  if (first.failed.aborted) return { kind: "red", failed: first.failed };
  const red = first.results.filter(({ failed }) => failed !== undefined).map(({ command }) => command);
  const second = await gate.look(red, once);
  const failedIn = (results: readonly CheckResult[], command: string) =>
    results.find((result) => result.command === command)?.failed;
  const runs = commands.map((command) => ({
    command,
    first: failedIn(first.results, command),
    second: failedIn(second.results, command),
  }));
  return { kind: "allowed", failed: first.failed, baseline: baselineOf(runs) };
}

function flakyOf(results: readonly CheckResult[]): readonly string[] {
  return results.filter(({ flaky }) => flaky).map(({ command }) => command);
}
