import { describe, expect, test } from "bun:test";
import { setTimeout as wait } from "node:timers/promises";
import { deferred } from "../../../src/core/deferred.ts";
import {
  checkInstruments,
  type HealthCheck,
  type HealthVerdict,
} from "../../../src/verification/instrumentationChecker.ts";

const OK: HealthVerdict = { result: "ok", says: "fine" };
const NEVER = new AbortController().signal;

function check(name: string, more: Partial<HealthCheck> = {}): HealthCheck {
  return { name, limitMs: 5_000, check: async () => OK, ...more };
}

async function found(checks: readonly HealthCheck[], signal = NEVER) {
  const findings = await checkInstruments(checks, signal);
  return findings.map(({ durationMs: _, ...finding }) => finding);
}

test("says what each check found, in the order given, whichever ends first", async () => {
  const second = deferred<HealthVerdict>();
  const findings = await found([
    check("slow", { check: () => second.promise }),
    check("fast", {
      check: async () => {
        second.resolve({ result: "warning", says: "nearly full", mend: "free some" });
        return OK;
      },
    }),
  ]);
  expect(findings).toEqual([
    { name: "slow", result: "warning", says: "nearly full", mend: "free some" },
    { name: "fast", ...OK },
  ]);
});

describe("a check that goes wrong is a finding of its own", () => {
  test("one that rejects and one that throws at once have failed, with their message", async () => {
    const findings = await found([
      check("rejects", { check: () => Promise.reject(new Error("no such device")) }),
      check("throws", {
        check: () => {
          throw new TypeError("x is not a function");
        },
      }),
      check("other"),
    ]);
    expect(findings).toEqual([
      { name: "rejects", result: "failed", says: "no such device" },
      { name: "throws", result: "failed", says: "x is not a function" },
      { name: "other", ...OK },
    ]);
  });

  test("one that takes too long is told to end and is not waited for; what that means is its own", async () => {
    let told = false;
    const hangs: HealthCheck["check"] = (signal) => {
      signal.addEventListener("abort", () => {
        told = true;
      });
      return new Promise(() => undefined);
    };
    expect(
      await found([
        check("strict", { limitMs: 5, check: hangs }),
        check("lenient", { limitMs: 5, overdue: "warning", check: hangs }),
      ]),
    ).toEqual([
      { name: "strict", result: "failed", says: "did not end within 0.005 s" },
      { name: "lenient", result: "warning", says: "did not end within 0.005 s" },
    ]);
    expect(told).toBe(true);
  });
});

describe("a check that needs another", () => {
  test("begins once that is in order, a warning included", async () => {
    const order: string[] = [];
    const noting = (name: string, result: HealthVerdict["result"]) => async () => {
      await wait(1);
      order.push(name);
      return { result, says: "" };
    };
    await found([
      check("first", { check: noting("first", "warning") }),
      check("second", { needs: ["first"], check: noting("second", "ok") }),
    ]);
    expect(order).toEqual(["first", "second"]);
  });

  test("is skipped, and what needs it in turn, when that failed", async () => {
    const findings = await found([
      check("first", { check: async () => ({ result: "failed", says: "broken" }) }),
      check("second", { needs: ["first"], check: () => Promise.reject(new Error("was run")) }),
      check("third", { needs: ["second"], check: () => Promise.reject(new Error("was run")) }),
    ]);
    expect(findings.map(({ result, says }) => [result, says])).toEqual([
      ["failed", "broken"],
      ["skipped", "needs 'first'"],
      ["skipped", "needs 'second'"],
    ]);
  });
});

test("an interruption ends at once, and keeps what was found by then", async () => {
  const abort = new AbortController();
  const findings = found(
    [check("done"), check("deaf", { check: () => new Promise(() => undefined) }), check("after", { needs: ["deaf"] })],
    abort.signal,
  );
  await wait(1);
  abort.abort();
  expect((await findings).map(({ name, result, says }) => [name, result, says])).toEqual([
    ["done", "ok", "fine"],
    ["deaf", "skipped", "interrupted"],
    ["after", "skipped", "needs 'deaf'"],
  ]);
});
