import type { RunEventOf } from "../../recovery/runEvents.ts";
import type { CapturedWork } from "../../recovery/taskState.ts";
import { type CheckResult, runChecks } from "../../verification/commandCheck.ts";
import { addedSecrets } from "../../verification/diffSecrets.ts";
import { type Violation, violations } from "../../verification/evidence.ts";
import type { Attempt, AttemptSurroundings } from "./attempt.ts";
import type { AttemptFailure } from "./attemptOutcome.ts";

type JournalledResult = NonNullable<RunEventOf<"verification_finished">["results"]>[number];

/** What a look at an agent's work showed. */
export interface Examination {
  /** Undefined: it is what the task asked for, as far as can be seen. */
  readonly failed: AttemptFailure | undefined;
  /** Of the acceptance commands that ran. */
  readonly results: readonly JournalledResult[];
}

/** Holds captured work against the task: what differs, and only if nothing speaks against that, its acceptance. */
export async function examineWork(
  attempt: Attempt,
  work: CapturedWork,
  surroundings: AttemptSurroundings,
): Promise<Examination> {
  const found = await violationsOf(attempt, work, surroundings);
  if (found.length > 0) return { failed: { reason: "violation", violations: found }, results: [] };
  const { failed, results } = await checkAcceptance(attempt, surroundings);
  return {
    failed: failed === undefined ? undefined : { reason: "acceptance_failed", check: failed },
    results: results.map(journalled),
  };
}

async function violationsOf(
  { task, base, scope }: Attempt,
  { commit }: CapturedWork,
  { control }: AttemptSurroundings,
): Promise<readonly Violation[]> {
  const [changes, texts] = await Promise.all([control.changes(base, commit), control.changedTexts(base, commit)]);
  const secrets = await addedSecrets(texts);
  return [
    ...violations(changes, { mayWrite: scope.mayWrite, allowEmpty: task.allow_empty }),
    ...(secrets.length === 0 ? [] : [{ reason: "secret" as const, secrets }]),
  ];
}

function checkAcceptance({ slot, task }: Attempt, surroundings: AttemptSurroundings) {
  const { confine, environment, onRan, options, signal, urgencyOf, validation } = surroundings;
  const commands = task.acceptance.map((check) => check.run);
  const place = {
    directory: slot.directory,
    environment,
    confinement: confine(slot, { network: task.network }),
    timeoutMs: options.taskTimeoutSeconds * 1_000,
    signal,
  };
  return validation.run(urgencyOf(task), () => runChecks(commands, place, { onRan: (ran) => onRan(task, ran) }));
}

function journalled({ command, flaky, tests }: CheckResult): JournalledResult {
  return {
    command,
    ...(flaky === true ? { flaky } : {}),
    ...(tests === undefined ? {} : { passed: tests.passed, failed: tests.failed }),
    ...(tests?.coverage === undefined ? {} : { coverage: tests.coverage }),
  };
}
