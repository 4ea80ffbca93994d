import { describe, expect, test } from "bun:test";
import { TimeLimitExceeded, withTimeLimit } from "../../../src/core/timeLimit.ts";

const never = () => new Promise<never>(() => undefined);

describe("withTimeLimit", () => {
  test("passes the result and the failure of work that is in time", async () => {
    expect(await withTimeLimit(async () => 7, 60_000, "counting")).toBe(7);
    const failing = withTimeLimit(
      async () => {
        throw new Error("own failure");
      },
      60_000,
      "counting",
    );
    expect(await failing.catch(String)).toBe("Error: own failure");
  });

  test("ends work that takes too long, naming it, even if it does not obey the signal", async () => {
    let seen: AbortSignal | undefined;
    const outcome = await withTimeLimit(
      (signal) => {
        seen = signal;
        return never();
      },
      5,
      "the planner's answer",
    ).catch((error: unknown) => error);
    expect(outcome).toBeInstanceOf(TimeLimitExceeded);
    expect(String(outcome)).toContain("the planner's answer took longer than 0.005 s");
    expect(seen?.aborted).toBe(true);
  });

  test("what the work says when aborted does not hide the time limit", async () => {
    const obeying = (signal: AbortSignal) =>
      new Promise<never>((_, reject) => {
        signal.addEventListener("abort", () => reject(new Error("aborted myself")));
      });
    expect(await withTimeLimit(obeying, 5, "work").catch((error: Error) => error.name)).toBe("TimeLimitExceeded");
  });

  test("an outer signal ends it with that signal's reason, and one that fired before starts nothing", async () => {
    const controller = new AbortController();
    const outcome = withTimeLimit(never, 60_000, "work", controller.signal);
    controller.abort(new Error("stop"));
    expect(await outcome.catch(String)).toBe("Error: stop");
    let started = false;
    const late = withTimeLimit(
      async () => {
        started = true;
      },
      60_000,
      "work",
      controller.signal,
    );
    expect(await late.catch(String)).toBe("Error: stop");
    expect(started).toBe(false);
  });
});
