import { join } from "node:path";
import { writeFileAtomic } from "../../core/files.ts";
import type { StateDirectory } from "../../core/stateDirectory.ts";
import { failurePage } from "../../rebasing/failurePage.ts";
import { readRunEvents } from "../../recovery/runStore.ts";
import { attemptsOf } from "../../recovery/taskAttempts.ts";
import type { TaskState } from "../../recovery/taskState.ts";
import type { Task } from "../../types.ts";
import { maskSecrets } from "../../verification/secretScan.ts";
import { type AttemptFailure, describeFailure } from "./attemptOutcome.ts";

export interface FailedTask {
  readonly task: Task;
  readonly state: TaskState;
  /** Undefined: found failed when the run was taken up. */
  readonly failed: AttemptFailure | undefined;
  readonly runId: string;
  readonly stateDirectory: StateDirectory;
  /** Relative to the repository's root. */
  readonly backlogFile: string;
}

function failedTaskPagePath(runDirectory: string, task: string): string {
  return join(runDirectory, "failed", `${task}.md`);
}

/** Writes down everything a person needs to take over a failed task, on one page. @returns its absolute path */
export async function writeFailedTaskPage(failedTask: FailedTask): Promise<string> {
  const { task, state, failed, runId, stateDirectory, backlogFile } = failedTask;
  const events = await readRunEvents(stateDirectory.runs, runId);
  const attempts = events.ok ? attemptsOf(task.id, events.value) : [];
  const check = failed !== undefined && "check" in failed ? failed.check : undefined;
  const page = failurePage({
    task,
    runId,
    because: await maskSecrets(failed === undefined ? (state.failure?.message ?? "") : describeFailure(failed)),
    attempts: attempts.map(({ number, model, base, message = "", archivedRef }) => ({
      number,
      model,
      base,
      says: message,
      mess: state.lessons.find((lesson) => lesson.attempt === number)?.mess,
      archivedRef,
    })),
    grantedPaths: state.grantedPaths,
    lastCheck: check && { command: check.command, output: await maskSecrets(check.output) },
    lessons: state.lessons,
    controlGit: stateDirectory.controlGit,
    backlogFile,
  });
  const path = failedTaskPagePath(stateDirectory.runDirectory(runId), task.id);
  await writeFileAtomic(path, page, 0o600);
  return path;
}
