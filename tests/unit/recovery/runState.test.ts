import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseRunEvent, type RunEvent } from "../../../src/recovery/runEvents.ts";
import { RunProjection } from "../../../src/recovery/runState.ts";
import { statusOf } from "../../../src/recovery/taskState.ts";
import {
  agent,
  attempt,
  attemptFailed,
  captured,
  finished,
  intended,
  landed,
  session,
  skipped,
  started,
  taskFailed,
  verified,
  wholeTask,
} from "./runEventSamples.ts";

/** The state after the events, which must all be legal. */
function fold(events: readonly RunEvent[]) {
  const projection = new RunProjection();
  for (const event of events) {
    const applied = projection.apply(event);
    if (!applied.ok) throw new Error(applied.failure.message);
  }
  return projection.state;
}

/** Why the last event cannot follow the ones before; undefined if it can. */
function refusal(...events: RunEvent[]): string | undefined {
  const projection = new RunProjection();
  const results = events.map((event) => projection.apply(event));
  const last = results.pop();
  if (results.some((result) => !result.ok)) throw new Error("an earlier event is illegal");
  return last && !last.ok ? last.failure.message : undefined;
}

const phaseOf = (events: RunEvent[]) => fold([started("T1"), ...events]).tasks.get("T1")?.phase;

describe("the life of a task", () => {
  test("goes from ready to complete through every phase", () => {
    const life = wholeTask("T1");
    const phases = life.map((_, index) => phaseOf(life.slice(0, index + 1)));
    expect(phaseOf([])).toBe("ready");
    expect(phases).toEqual(["preparing", "working", "working", "verifying", "verifying", "landing", "complete"]);
  });

  test("a self-correction goes back to working and has to pass anew", () => {
    const firstTry = [attempt("T1"), session("T1"), agent("T1"), captured("T1"), verified("T1", 1, false)];
    expect(phaseOf(firstTry)).toBe("working");
    const again = [...firstTry, agent("T1"), captured("T1")];
    expect(refusal(started("T1"), ...again, intended("T1"))).toContain("has not passed verification");
    expect(phaseOf([...again, verified("T1"), intended("T1")])).toBe("landing");
  });

  test("a failed attempt is followed by the next one; only what is not transient counts", () => {
    const state = fold([
      started("T1"),
      attempt("T1", 1),
      attemptFailed("T1", 1, true),
      attempt("T1", 2),
      session("T1", 2),
      agent("T1", 2, "error"),
      attemptFailed("T1", 2),
      ...wholeTask("T1", 3),
    ]);
    expect(state.tasks.get("T1")).toMatchObject({
      phase: "complete",
      attempts: 3,
      failedAttempts: 1,
      failure: undefined,
      landedCommit: "landed-T1",
      tokens: 200,
      costUsd: 0.5,
      agentMs: 2_000,
    });
  });

  test("a task that asks a person waits, and goes on with a new attempt, or its attempt is given up", () => {
    const asking = [attempt("T1"), session("T1"), agent("T1", 1, "checkpoint")];
    expect(phaseOf(asking)).toBe("awaiting_input");
    expect(phaseOf([...asking, attempt("T1", 2)])).toBe("preparing");
    expect(phaseOf([...asking, attemptFailed("T1")])).toBe("retrying");
  });

  test("a crash keeps what was intended, so that it can be looked up", () => {
    const untilIntent = wholeTask("T1").slice(0, -1);
    const task = fold([started("T1"), ...untilIntent, { type: "run_resumed" }]).tasks.get("T1");
    expect(task).toMatchObject({
      phase: "landing",
      landing: { head: "base", commit: "landed-T1" },
      work: { commit: "work-T1-1", tree: "tree", paths: ["src/a.ts"] },
      session: "ses-T1-1",
      slot: 1,
    });
  });

  test("refuses what cannot follow", () => {
    const run = started("T1");
    const life = wholeTask("T1");
    expect(refusal(run, session("T1"))).toBe("session_opened cannot follow while task T1 is ready");
    expect(refusal(run, landed("T1"))).toContain("while task T1 is ready");
    expect(refusal(run, attempt("T1"), attempt("T1", 2))).toContain("while task T1 is preparing");
    expect(refusal(run, attempt("T1", 2))).toBe("attempt_started names attempt 2 of task T1 where 1 is due");
    expect(refusal(run, attempt("T1"), session("T1", 2))).toContain("names attempt 2");
    expect(refusal(run, ...life.slice(0, 4), intended("T1"))).toContain("has not passed verification");
    expect(refusal(run, ...life.slice(0, 6), taskFailed("T1"))).toContain("while task T1 is landing");
    for (const after of [attempt("T1", 2), landed("T1"), attemptFailed("T1"), taskFailed("T1"), skipped("T1")]) {
      expect(refusal(run, ...life, after)).toContain("while task T1 is complete");
    }
    expect(refusal(run, taskFailed("T1"), attempt("T1"))).toContain("while task T1 is failed");
    expect(refusal(run, skipped("T1"), attempt("T1"))).toContain("while task T1 is skipped");
    expect(refusal(run, attempt("T2"))).toBe("attempt_started names task T2, which the run does not have");
  });

  test("shows in BACKLOG.yaml as one of its statuses", () => {
    const phases = ["ready", "preparing", "working", "verifying", "landing", "retrying", "awaiting_input"] as const;
    expect(phases.map(statusOf)).toEqual(["pending", ...Array(5).fill("in_progress"), "awaiting_input"]);
    expect((["complete", "failed", "skipped"] as const).map(statusOf)).toEqual(["complete", "failed", "skipped"]);
  });
});

describe("the state of a run", () => {
  test("adds up totals, follows the head, keeps the ending", () => {
    const state = fold([
      started("T1", "T2", "T3"),
      ...wholeTask("T1"),
      ...wholeTask("T2"),
      skipped("T3"),
      { type: "branch_published", commit: "landed-T2" },
      { type: "fast_forwarded", branch: "main", commit: "landed-T2" },
      { type: "run_finished", outcome: "incomplete" },
    ]);
    expect(state).toMatchObject({
      head: "landed-T2",
      tokens: 200,
      costUsd: 0.5,
      outcome: "incomplete",
      publishedCommit: "landed-T2",
      fastForwarded: { branch: "main", commit: "landed-T2" },
    });
    expect([...state.tasks.keys()]).toEqual(["T1", "T2", "T3"]);
    expect(state.tasks.get("T3")).toMatchObject({ phase: "skipped", skippedBecause: "T1" });
  });

  test("is interrupted until resumed; the head is the base until something lands", () => {
    expect(fold([started("T1"), { type: "run_interrupted" }])).toMatchObject({ interrupted: true, head: "base" });
    expect(fold([started(), { type: "run_interrupted" }, { type: "run_resumed" }]).interrupted).toBe(false);
  });

  test("begins once, with run_started, and ends with run_finished", () => {
    expect(refusal(attempt("T1"))).toBe("attempt_started comes before run_started");
    expect(refusal(started(), started())).toBe("the run has started already");
    expect(refusal(started("T1"), finished, attempt("T1"))).toBe("attempt_started comes after run_finished");
  });

  test("an event that is refused changes nothing", () => {
    const projection = new RunProjection();
    projection.apply(started("T1"));
    const before = structuredClone(projection.state);
    expect(projection.apply(agent("T1")).ok).toBe(false);
    expect(projection.state).toEqual(before);
  });

  test("whatever comes in whatever order: totals agree with the tasks, and what landed stays landed", () => {
    const ids = ["T1", "T2", "T3"];
    const anyEvent = fc
      .tuple(fc.constantFrom(...ids), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 10 }))
      .map(([id, n, kind]): RunEvent => {
        const choices = [
          ...wholeTask(id, n),
          attemptFailed(id, n),
          verified(id, n, false),
          taskFailed(id),
          skipped(id),
        ];
        return choices[kind] ?? finished;
      });
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 120 }), (events) => {
        const projection = new RunProjection();
        const accepted: RunEvent[] = [started(...ids)];
        projection.apply(accepted[0] ?? finished);
        const complete = new Set<string>();
        for (const event of events) {
          if (!projection.apply(event).ok) continue;
          accepted.push(event);
          if (event.type === "task_landed") {
            expect(complete.has(event.task)).toBe(false);
            complete.add(event.task);
            expect(projection.state.head).toBe(event.commit);
          }
          const tasks = [...projection.state.tasks.values()];
          expect(tasks.filter(({ phase }) => phase === "complete").map(({ id }) => id)).toEqual(
            ids.filter((id) => complete.has(id)),
          );
          expect(projection.state.tokens).toBe(tasks.reduce((sum, { tokens }) => sum + tokens, 0));
          // What was followed event by event is what the events, read again from the start, add up to.
          expect(projection.state).toEqual(fold(accepted));
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe("parseRunEvent", () => {
  test("gives back every event that can be written", () => {
    const events = [started("T1"), ...wholeTask("T1"), attemptFailed("T1"), taskFailed("T1"), skipped("T1"), finished];
    for (const event of events)
      expect(parseRunEvent(JSON.parse(JSON.stringify(event)))).toEqual({ ok: true, value: event });
  });

  test("says what is wrong with one that cannot", () => {
    const unknown = parseRunEvent({ type: "task_exploded" });
    expect(unknown.ok ? "" : unknown.failure).toContain("type");
    const incomplete = parseRunEvent({ type: "task_landed", task: "T1", attempt: "one", commit: "c" });
    expect(incomplete.ok ? "" : incomplete.failure).toContain("attempt");
  });
});
