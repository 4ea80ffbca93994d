import type { CheckResult, FailedCheck } from "../../verification/commandCheck.ts";
import { type KnownFailure, knownFailures } from "../../verification/failureFingerprints.ts";

/** What a command that is red on the base may go on failing with. */
export interface RedCommand {
  readonly known: KnownFailure;
  /** Fingerprints of failures that one of two runs did not have: it proves nothing that they are gone. */
  readonly unsteady: ReadonlySet<string>;
}

/** What the untouched base shows of the commands of `verify`. */
export interface Baseline {
  /** Commands that decide about landing: those that pass, and those of which new failures can be told from old ones. */
  readonly deciding: readonly string[];
  readonly red: readonly RedCommand[];
  /** Commands that decide about nothing: whether what they fail with is new could not be said. */
  readonly undecidable: readonly string[];
}

/** A command in two runs on the same commit; a run without a failure has passed. */
export interface TwoRuns {
  readonly command: string;
  readonly first: FailedCheck | undefined;
  readonly second: FailedCheck | undefined;
}

export function baselineOf(commands: readonly TwoRuns[]): Baseline {
  const deciding: string[] = [];
  const red: RedCommand[] = [];
  const undecidable: string[] = [];
  for (const { command, first, second } of commands) {
    const failed = [first, second].filter((check) => check !== undefined);
    const isTold = failed.every(tellsFailuresApart) && !variesUnread(first, second);
    if (failed.length === 2 && !isTold) {
      undecidable.push(command);
      continue;
    }
    deciding.push(command);
    if (failed.length > 0 && isTold) red.push(redCommand(command, failed));
  }
  return { deciding, red, undecidable };
}

/**
 * What may still fail after a commit has passed: a failure that was mended is a new one when it comes back. Taking up
 * the run later measures the branch as it is then, and finds the same.
 */
export function afterPassing(red: readonly RedCommand[], results: readonly CheckResult[]): readonly RedCommand[] {
  return red.flatMap((before) => {
    const result = results.find(({ command }) => command === before.known.command);
    if (result === undefined) return [before];
    const { known, unsteady } = before;
    const seen = new Set(result.failed?.fingerprints ?? []);
    const fingerprints = known.fingerprints.filter((name) => seen.has(name) || unsteady.has(name));
    if (fingerprints.length === 0) return [];
    const failedNow = result.failed === undefined ? 0 : result.failed.tests?.failed;
    const most = failedNow === undefined ? undefined : failedNow + unsteady.size;
    const failedTests = known.failedTests === undefined ? undefined : Math.min(known.failedTests, most ?? Infinity);
    return [{ known: { ...known, fingerprints, failedTests }, unsteady }];
  });
}

function redCommand(command: string, failed: readonly FailedCheck[]): RedCommand {
  const runs = knownFailures(failed);
  const fingerprints = [...new Set(runs.flatMap((run) => run.fingerprints))];
  const isSteady = (name: string) => failed.length === 2 && runs.every((run) => run.fingerprints.includes(name));
  const counts = runs.flatMap(({ failedTests }) => (failedTests === undefined ? [] : [failedTests]));
  return {
    known: { command, fingerprints, failedTests: counts.length === runs.length ? Math.max(...counts) : undefined },
    unsteady: new Set(fingerprints.filter((name) => !isSteady(name))),
  };
}

/** Names of failures that stand for something that was understood, not for how a command ended or all that it printed. */
const TELLING = /^(?:test|error|line): /u;

function tellsFailuresApart({ fingerprints, hasVerdict }: FailedCheck): boolean {
  return hasVerdict && fingerprints.some((name) => TELLING.test(name));
}

/** Lines in which no failure was understood differ between two runs of the same: a third would be different again. */
function variesUnread(first: FailedCheck | undefined, second: FailedCheck | undefined): boolean {
  const unread = (check: FailedCheck | undefined) =>
    (check?.fingerprints ?? []).filter((name) => /^line: /u.test(name));
  return [...unread(first)].sort().join("\n") !== [...unread(second)].sort().join("\n");
}
