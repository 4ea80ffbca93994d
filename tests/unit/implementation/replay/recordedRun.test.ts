import { describe, expect, test } from "bun:test";
import { recordedRun, whyNotAgain } from "../../../../src/implementation/replay/recordedRun.ts";
import type { RunEvent } from "../../../../src/recovery/runEvents.ts";

const STARTED: RunEvent = {
  type: "run_started",
  run_id: "r",
  track_id: "t",
  base: "base",
  user_branch: "main",
  backlog_file: "tasks/BACKLOG.yaml",
  backlog_digest: "d",
  workers: 2,
  tasks: ["T1", "T2"],
};
const started = (attempt: number, more: object = {}, task = "T1"): RunEvent => ({
  ...{ type: "attempt_started", task, attempt, slot: 1, base: "base", model: "a/b" },
  ...more,
});
const captured = (attempt: number, commit: string, more: object = {}): RunEvent => ({
  ...{ type: "work_captured", task: "T1", attempt, commit, tree: "tree", paths: [] },
  ...more,
});
const finished = (attempt: number, status: "success" | "timeout" | "error" | "checkpoint"): RunEvent => ({
  ...{ type: "agent_finished", task: "T1", attempt, status, tokens: 1, cost_usd: 0, duration_ms: 5, message: "why" },
});
const failed = (attempt: number, reason: string, more: object = {}): RunEvent => ({
  ...{ type: "attempt_failed", task: "T1", attempt, reason, message: "what" },
  ...more,
});
const landedOther: RunEvent = { type: "task_landed", task: "T2", attempt: 1, commit: "other" };

function attempts(...events: readonly RunEvent[]) {
  return recordedRun([STARTED, ...events])?.attempts.get("T1");
}

describe("recordedRun", () => {
  test("turns are what was captured at rest, in order; an agent at rest ends by what is found", () => {
    expect(attempts(started(1), captured(1, "one"), captured(1, "two"), finished(1, "success"))).toEqual([
      {
        ...{
          number: 1,
          mode: "agent",
          granted: [],
          from: ["base"],
          turns: ["one", "two"],
          left: undefined,
          durationMs: 5,
        },
        ending: { kind: "rest" },
      },
    ]);
  });

  test("what was cut off is what it left; the ending is that of the last session", () => {
    const events = [started(1), finished(1, "error"), captured(1, "one"), finished(1, "timeout")];
    expect(attempts(...events, captured(1, "half", { cut_off: true }))).toMatchObject([
      { turns: ["one"], left: "half", ending: { kind: "timeout", message: "why" }, durationMs: 10 },
    ]);
  });

  test("attempts that cost nothing are not played; who went on from one is told apart from its work too", () => {
    const events = [
      ...[started(1), finished(1, "error"), failed(1, "interrupted", { transient: true })],
      ...[started(2, { continues: { attempt: 1, commit: "half" } }), captured(2, "whole"), finished(2, "success")],
    ];
    expect(attempts(...events)).toMatchObject([{ number: 2, from: ["base", "half"], turns: ["whole"] }]);
  });

  test("scope that was granted is asked for again, by who follows where it was granted to one that is not played", () => {
    const amended: RunEvent = {
      ...{ type: "scope_amended", task: "T1", attempt: 1, paths: ["b.txt"], reason: "needed", granted: true },
    };
    const refused: RunEvent = { ...amended, paths: ["c.txt"], granted: false };
    const granted = [{ paths: ["b.txt"], reason: "needed" }];
    expect(attempts(started(1), amended, refused)).toMatchObject([{ granted }]);
    const events = [started(1), amended, failed(1, "interrupted", { transient: true }), started(2)];
    expect(attempts(...events)).toMatchObject([{ number: 2, granted }]);
  });

  test("a question is asked on what was saved last", () => {
    const saved: RunEvent = {
      type: "checkpoint_taken",
      task: "T1",
      attempt: 1,
      id: "c",
      commit: "s",
      ref: "r",
      cause: "x",
    };
    const asked: RunEvent = {
      ...{ type: "question_asked", task: "T1", attempt: 1, checkpoint: "c", question: "Which?", options: ["a"] },
    };
    expect(attempts(started(1), saved, asked, finished(1, "checkpoint"))).toMatchObject([
      { turns: [], left: "s", ending: { kind: "question", question: "Which?", options: ["a"] } },
    ]);
  });

  test("what failed beside other work is ended; what failed by itself has to fail again", () => {
    const events = [started(1), captured(1, "one"), finished(1, "success")];
    const ended = [{ turns: [], left: "one", ending: { kind: "failed", message: "what" } }];
    expect(attempts(...events, failed(1, "conflict"))).toMatchObject(ended);
    expect(attempts(...events, landedOther, failed(1, "verify_failed"))).toMatchObject(ended);
    const alone = [{ turns: ["one"], left: undefined, ending: { kind: "rest" } }];
    expect(attempts(landedOther, ...events, failed(1, "verify_failed"))).toMatchObject(alone);
    expect(attempts(...events, failed(1, "acceptance_failed"))).toMatchObject(alone);
  });
});

test("what cannot be driven again is said in words", () => {
  expect(whyNotAgain([STARTED])).toBeUndefined();
  const added: RunEvent = { type: "tasks_added", round: 1, tasks: ["T3"], backlog_digest: "d" };
  expect(whyNotAgain([STARTED, added])).toContain("gap plan");
  const undone: RunEvent = { type: "task_undone", task: "T1", commit: "c", because: "a person" };
  expect(whyNotAgain([STARTED, undone])).toContain("T1 was taken back");
});
