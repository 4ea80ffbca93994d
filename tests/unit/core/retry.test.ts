import { describe, expect, test } from "bun:test";
import { type RetryOptions, withRetry } from "../../../src/core/retry.ts";

const QUICK: RetryOptions = {
  retries: 3,
  minDelayMs: 1,
  maxDelayMs: 4,
  maxTotalMs: 5_000,
  mayPassOnRetry: () => true,
};

function failingTimes(times: number) {
  const attempts: number[] = [];
  const operation = async (attempt: number) => {
    attempts.push(attempt);
    if (attempts.length <= times) throw new Error(`failure ${attempts.length}`);
    return "done";
  };
  return { attempts, operation };
}

describe("withRetry", () => {
  test("tries again until it passes, and tells of each retry", async () => {
    const { attempts, operation } = failingTimes(2);
    const retried: string[] = [];
    const onRetry: RetryOptions["onRetry"] = ({ attempt, error }) => retried.push(`${attempt} ${error.message}`);
    expect(await withRetry(operation, { ...QUICK, onRetry })).toBe("done");
    expect(attempts).toEqual([1, 2, 3]);
    expect(retried).toEqual(["1 failure 1", "2 failure 2"]);
  });

  test("gives up after the retries it has, with the last error", async () => {
    const { attempts, operation } = failingTimes(9);
    expect(await withRetry(operation, QUICK).catch(String)).toBe("Error: failure 4");
    expect(attempts).toEqual([1, 2, 3, 4]);
  });

  test("what cannot pass on retry is tried once", async () => {
    const { attempts, operation } = failingTimes(9);
    const outcome = withRetry(operation, { ...QUICK, mayPassOnRetry: () => false });
    expect(await outcome.catch(String)).toBe("Error: failure 1");
    expect(attempts).toEqual([1]);
  });

  test("the signal ends a wait with its reason", async () => {
    const controller = new AbortController();
    const { attempts, operation } = failingTimes(9);
    const outcome = withRetry(operation, {
      ...QUICK,
      minDelayMs: 60_000,
      maxDelayMs: 60_000,
      maxTotalMs: 600_000,
      signal: controller.signal,
      // The wait begins in a later turn than this call.
      onRetry: () => setTimeout(() => controller.abort(new Error("stop")), 1),
    });
    expect(await outcome.catch(String)).toBe("Error: stop");
    expect(attempts).toEqual([1]);
  });

  test("no retry starts after the total time", async () => {
    const { attempts, operation } = failingTimes(9);
    const outcome = withRetry(operation, { ...QUICK, maxTotalMs: 0 });
    expect(await outcome.catch(String)).toBe("Error: failure 1");
    expect(attempts).toEqual([1]);
  });
});
