import fc from "fast-check";
import type { RunEvent } from "../../../src/recovery/runEvents.ts";
import { RunProjection } from "../../../src/recovery/runState.ts";
import { newTask, type TaskState } from "../../../src/recovery/taskState.ts";
import * as sample from "./runEventSamples.ts";

const TASKS = ["T1", "T2", "T3"];

/** Any sequence of events that can be a run's journal, of every type there is. */
export const legalRun: fc.Arbitrary<readonly RunEvent[]> = fc
  .array(fc.noBias(fc.tuple(fc.constantFrom(...TASKS), fc.boolean(), fc.nat(), fc.nat({ max: 9 }))), {
    maxLength: 150,
    size: "max",
  })
  .map((choices) => {
    const projection = new RunProjection();
    const first = { ...sample.started(...TASKS), slots: [1, 2], gate: 1, host_session: "ses-host" } as RunEvent;
    projection.apply(first);
    const events = [first];
    for (const [id, isLeading, kind, n] of choices) {
      const task = projection.state.tasks.get(id) ?? newTask(id);
      // Most events can follow only a few others: the chosen one is of those that can follow here, every other time of
      // those that lead the task on.
      const leads = [sample.attempt(id, task.attempts + 1), ...sample.wholeTask(id, task.attempts)];
      const offered = isLeading ? [...leads, answer(id, task.inquiry?.checkpoint, n)] : [];
      const can = (event: RunEvent) => new RunProjection(projection.state).apply(event).ok;
      const leading = offered.filter(can);
      const possible = leading.length > 0 ? leading : candidates(task, n).filter(can);
      const event = possible[kind % possible.length];
      if (event === undefined) break;
      projection.apply(event);
      events.push(event);
    }
    return events;
  });

const answer = (task: string, checkpoint = "none", n: number): RunEvent => ({
  type: "answer_given",
  task,
  checkpoint,
  approved: n > 3,
  input: "yes 'é'\n",
});

function candidates({ attempts, id: task, inquiry }: TaskState, n: number): readonly RunEvent[] {
  const attempt = attempts;
  const of = { task, attempt };
  const checkpoint = `abcdef-${task}-${attempt}`;
  const ref = `refs/mac/checkpoints/run/${task}/${attempt}/${n}`;
  const violations = n > 5 ? [{ path: "src/b.ts", what: "left its scope" }] : [];
  const validation = { checked: n, cached: 1, unchecked: 0, violations };
  const continues = n > 5 ? { continues: { attempt: 1, commit: "saved" } } : {};
  const difference = { files: n, lines: 10 * n };
  return [
    { ...sample.attempt(task, attempts + 1), ...continues } as RunEvent,
    ...sample.wholeTask(task, attempt).slice(1),
    sample.agent(task, attempt, "checkpoint"),
    sample.verified(task, attempt, false),
    { ...of, type: "verification_finished", passed: true, results: [{ command: "bun test", flaky: n > 5 }] },
    { ...of, type: "model_changed", model: `free/model-${n}`, because: "at its limit" },
    { ...of, type: "correction_sent", correction: n },
    n > 5
      ? { ...of, type: "proof_finished", proven: true }
      : { ...of, type: "proof_finished", proven: false, because: "no base" },
    { ...of, type: "write_refused", tool: "write", path: "a", because: "outside" },
    { ...of, type: "scope_amended", paths: [`src/${n}.ts`], reason: "needed", granted: n > 3 },
    { ...of, type: "drift_noticed", level: "notice", score: 0.3, signals: ["far"] },
    { ...of, type: "message_sent", message_id: `m${n}`, delivery: 1 },
    { ...of, type: "message_acknowledged", message_id: `m${n}` },
    { ...of, type: "agent_held" },
    { ...of, type: "agent_released" },
    { ...of, type: "checkpoint_taken", id: `${checkpoint}-c${n}`, commit: `saved-${n}`, ref, cause: "burst" },
    {
      ...of,
      type: "checkpoint_taken",
      id: `${checkpoint}-d${n}`,
      commit: `saved-${n}`,
      ref,
      cause: "drift",
      cumulative: difference,
      incremental: { ...difference, paths: ["src/a.ts"] },
      validation,
    },
    { ...of, type: "approval_requested", checkpoint, question: "May it land?", reasons: ["package.json"] },
    { ...of, type: "question_asked", checkpoint, question: "Which?", options: ["a", "b"], resume_id: "r" },
    answer(task, inquiry?.checkpoint, n),
    { task, type: "task_paused", because: "look" },
    { task, type: "task_unpaused" },
    {
      ...of,
      type: "task_landed",
      commit: `landed-${n}`,
      head: `merge-${n}`,
      irreversible: "it may have used the network",
    },
    { task, type: "task_undone", commit: `undone-${n}`, because: "asked to", restarts: TASKS },
    { task, type: "task_restored", commit: `landed-${n}`, head: `restored-${n}`, because: "asked to" },
    {
      task,
      type: "task_rolled_back",
      checkpoint,
      mode: "smart",
      from_attempt: attempt,
      base: "base",
      commit: "back",
      reverted: ["src/a.ts"],
    },
    {
      task,
      type: "task_taken_over",
      from_run: "run",
      ...(n > 3 ? { answer: { checkpoint, question: "Which?", input: "a" } } : {}),
      ...(n < 6 ? { continues: { attempt: 1, base: "base", commit: `saved-${n}`, is_whole: n > 1 } } : {}),
    },
    sample.attemptFailed(task, attempt, n > 5),
    { ...sample.captured(task, attempt), cut_off: true } as RunEvent,
    { ...of, type: "landing_intended", head: "base", commit: `landed-${n}`, irreversible: "it may use the network" },
    { ...of, type: "attempt_failed", reason: "drift", message: "far off", mess: "drift", lesson: `Lesson ${n}.` },
    { type: "run_resumed", slots: [n], gate: n, host_session: `ses-${n}` },
    { type: "leftovers_cleared", sessions: ["ses"], processes: 1, locks: [] },
    { type: "health_checked", checks: [{ name: "git", result: "ok" }] },
    { type: "goal_checked", round: 0, met: n > 5, missing: ["a test"], tokens: 5, cost_usd: 0.1 },
    { type: "tasks_added", round: 1, tasks: [`G${n}`], backlog_digest: `digest-${n}`, tokens: 3, cost_usd: 0.2 },
    { type: "branch_published", commit: `landed-${n}` },
    { type: "fast_forwarded", branch: "main", commit: `landed-${n}` },
    { type: "run_paused", because: "look" },
    { type: "run_unpaused" },
    { type: "request_settled", request: `${n}.json`, kind: "pause", done: true, message: "It stands still." },
    { type: "run_interrupted" },
    // What nothing, or little, can follow comes seldom.
    ...(n === 9 ? [sample.finished, sample.taskFailed(task), sample.skipped(task)] : []),
  ];
}
