import type { RunEvent, RunEventOf } from "../../../src/recovery/runEvents.ts";

/** Events with the least they need, for tests. */
export const started = (...tasks: string[]): RunEventOf<"run_started"> => ({
  type: "run_started",
  run_id: "20260102-030405000-abcdef",
  track_id: "feature",
  base: "base",
  user_branch: "main",
  backlog_file: "tasks/BACKLOG.yaml",
  backlog_digest: "digest",
  workers: 3,
  tasks,
});
export const attempt = (task: string, number = 1): RunEvent => ({
  type: "attempt_started",
  task,
  attempt: number,
  slot: 1,
  base: "base",
  model: "free/model",
});
export const session = (task: string, number = 1): RunEvent => ({
  type: "session_opened",
  task,
  attempt: number,
  session: `ses-${task}-${number}`,
});
export const agent = (
  task: string,
  number = 1,
  status: "success" | "timeout" | "error" | "checkpoint" = "success",
): RunEvent => ({
  type: "agent_finished",
  task,
  attempt: number,
  status,
  tokens: 100,
  cost_usd: 0.25,
  duration_ms: 1_000,
});
export const captured = (task: string, number = 1): RunEvent => ({
  type: "work_captured",
  task,
  attempt: number,
  commit: `work-${task}-${number}`,
  tree: "tree",
  paths: ["src/a.ts"],
});
export const verified = (task: string, number = 1, passed = true): RunEvent => ({
  type: "verification_finished",
  task,
  attempt: number,
  passed,
});
export const intended = (task: string, number = 1): RunEvent => ({
  type: "landing_intended",
  task,
  attempt: number,
  head: "base",
  commit: `landed-${task}`,
});
export const landed = (task: string, number = 1): RunEvent => ({
  type: "task_landed",
  task,
  attempt: number,
  commit: `landed-${task}`,
});
export const attemptFailed = (task: string, number = 1, transient = false): RunEvent => ({
  type: "attempt_failed",
  task,
  attempt: number,
  reason: "acceptance",
  message: "2 tests fail",
  transient,
});
export const taskFailed = (task: string): RunEvent => ({
  type: "task_failed",
  task,
  reason: "acceptance",
  message: "gave up",
});
export const skipped = (task: string): RunEvent => ({ type: "task_skipped", task, because: "T1" });
export const finished: RunEvent = { type: "run_finished", outcome: "complete" };

/** A task from its first attempt to its landing. */
export const wholeTask = (task: string, number = 1): RunEvent[] => [
  attempt(task, number),
  session(task, number),
  agent(task, number),
  captured(task, number),
  verified(task, number),
  intended(task, number),
  landed(task, number),
];
