import { describe, expect, test } from "bun:test";
import type { MessClass } from "../../../src/rebasing/mess.ts";
import { nextAttempt } from "../../../src/rebasing/rebaseEngine.ts";

const CLASSES: readonly MessClass[] = [
  "drift",
  "scope",
  "forbidden",
  "no_progress",
  "acceptance",
  "verify",
  "conflict",
  "context_overflow",
  "invalid_output",
  "timeout",
  "rejected",
];

const after = (...classes: readonly string[]) => ({
  failedAttempts: classes.length,
  lessons: classes.map((mess, index) => ({ attempt: index + 1, model: undefined, mess, text: "" })),
});
const decide = (...classes: readonly string[]) => nextAttempt(after(...classes), { maxAttempts: 10 });

describe("nextAttempt", () => {
  test("attempts get less context and more time to pass, step by step", () => {
    const steps = [0, 1, 2, 3, 4].map((count) => decide(...Array<string>(count).fill("acceptance")));
    expect(steps.map((step) => step.kind === "regenerate" && [step.context, step.delayMs])).toEqual([
      ["full", 0],
      ["minimal", 5_000],
      ["essential", 30_000],
      ["essential", 30_000],
      ["essential", 30_000],
    ]);
  });

  test("gives up after as many failures as were allowed, and not before", () => {
    for (const maxAttempts of [1, 2, 3, 10]) {
      const kinds = [maxAttempts - 1, maxAttempts, maxAttempts + 1].map(
        (failedAttempts) => nextAttempt({ failedAttempts, lessons: [] }, { maxAttempts }).kind,
      );
      expect(kinds).toEqual(["regenerate", "give_up", "give_up"]);
    }
    expect(nextAttempt(after("drift", "drift"), { maxAttempts: 2 })).toEqual({
      kind: "give_up",
      because: "all 2 attempts failed",
    });
  });

  test("where the files moved, or a person wants something else, the next attempt knows as much and waits for nothing", () => {
    for (const mess of ["conflict", "verify", "rejected"]) {
      expect(decide(mess)).toMatchObject({ context: "full", delayMs: 0 });
      expect(decide("acceptance", mess)).toMatchObject({ context: "minimal", delayMs: 0 });
      expect(decide(mess, "acceptance")).toMatchObject({ context: "minimal", delayMs: 5_000 });
    }
  });

  test("a context that overflowed is cut to the essential at once, and stays so", () => {
    expect(decide("context_overflow")).toMatchObject({ context: "essential", delayMs: 5_000 });
    expect(decide("context_overflow", "conflict")).toMatchObject({ context: "essential", delayMs: 0 });
  });

  test("a stronger model is called for where more thought helps; elsewhere when the same happens again", () => {
    const escalates = (...classes: readonly string[]) => {
      const decision = decide(...classes);
      return decision.kind === "regenerate" && decision.escalate;
    };
    expect(CLASSES.filter((mess) => !escalates(mess))).toEqual(["scope", "forbidden", "conflict", "timeout"]);
    expect(CLASSES.filter((mess) => !escalates(mess, mess))).toEqual(["conflict"]);
    expect(escalates("scope", "timeout")).toBe(false);
    expect(decide("acceptance", "conflict", "drift")).toMatchObject({ escalate: true, escalations: 2 });
    expect(decide("acceptance", "conflict")).toMatchObject({ escalate: false, escalations: 1 });
    expect(decide()).toMatchObject({ escalate: false, escalations: 0 });
  });

  test("a class of another version, and a failure without a lesson, count like any other", () => {
    expect(decide("constructor")).toEqual(decide("acceptance"));
    expect(nextAttempt({ failedAttempts: 2, lessons: [] }, { maxAttempts: 3 })).toMatchObject({ context: "essential" });
  });
});
