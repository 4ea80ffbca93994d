import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  afterFailure,
  afterSuccess,
  type Breaker,
  breakerState,
  CLOSED,
  withoutTrial,
  withTrial,
} from "../../../src/recovery/circuitBreaker.ts";

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 0, 15, 12);
const failedAt = (...minutes: readonly number[]): Breaker =>
  minutes.reduce((breaker, minute) => afterFailure(breaker, "boom", NOW + minute * MINUTE), CLOSED);
const stateAt = (breaker: Breaker, minute: number) => breakerState(breaker, NOW + minute * MINUTE);

test("three failures within five minutes open it for fifteen", () => {
  expect(stateAt(failedAt(0, 1), 1).kind).toBe("closed");
  const open = failedAt(0, 1, 4.9);
  expect(stateAt(open, 4.9)).toEqual({ kind: "open", until: NOW + 19.9 * MINUTE });
  expect(stateAt(open, 19.8).kind).toBe("open");
  expect(stateAt(open, 19.9)).toEqual({ kind: "half-open", trialUntil: undefined });
});

test("three failures over more than five minutes do not", () => {
  expect(stateAt(failedAt(0, 1, 5), 5).kind).toBe("closed");
  expect(stateAt(failedAt(0, 1, 5, 5.5), 5.5).kind).toBe("open");
});

test("a success in between takes no failure back", () => {
  const breaker = afterSuccess(failedAt(0, 1), NOW + 1.5 * MINUTE);
  expect(stateAt(afterFailure(breaker, "boom", NOW + 2 * MINUTE), 2).kind).toBe("open");
});

test("what still fails or succeeds while it is open changes nothing", () => {
  const open = failedAt(0, 0, 0);
  expect(afterFailure(open, "late", NOW + 10 * MINUTE)).toEqual(open);
  expect(afterSuccess(open, NOW + 10 * MINUTE)).toEqual(open);
});

describe("half-open", () => {
  const open = failedAt(0, 0, 0);

  test("one trial at a time, until it must have died", () => {
    const tried = withTrial(open, NOW + 20 * MINUTE);
    expect(stateAt(tried, 20)).toEqual({ kind: "half-open", trialUntil: NOW + 35 * MINUTE });
    expect(stateAt(tried, 35)).toEqual({ kind: "half-open", trialUntil: undefined });
    expect(stateAt(withoutTrial(tried), 21)).toEqual({ kind: "half-open", trialUntil: undefined });
  });
  test("a success closes it, and it takes three failures to open it again", () => {
    const closed = afterSuccess(withTrial(open, NOW + 20 * MINUTE), NOW + 21 * MINUTE);
    expect(closed).toEqual(CLOSED);
  });
  test("a single failure opens it again for fifteen minutes", () => {
    const again = afterFailure(withTrial(open, NOW + 20 * MINUTE), "still", NOW + 21 * MINUTE);
    expect(stateAt(again, 35)).toEqual({ kind: "open", until: NOW + 36 * MINUTE });
    expect(stateAt(again, 36)).toEqual({ kind: "half-open", trialUntil: undefined });
  });
  test("a clock that was set back does not keep it shut for long", () => {
    expect(stateAt(open, -60).kind).toBe("half-open");
  });
});

test("it is never open for longer than fifteen minutes, and never without three failures within five", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 120 }), { maxLength: 40 }), (gaps) => {
      let now = NOW;
      let breaker = CLOSED;
      let closedFailures: number[] = [];
      for (const gap of gaps) {
        now += gap * 10_000;
        const before = breakerState(breaker, now).kind;
        breaker = afterFailure(breaker, "boom", now);
        const after = breakerState(breaker, now);
        if (before === "closed") closedFailures.push(now);
        const recent = closedFailures.filter((at) => now - at < 5 * MINUTE);
        if (before === "closed") expect(after.kind).toBe(recent.length >= 3 ? "open" : "closed");
        if (after.kind === "open") {
          expect(after.until - now).toBeLessThanOrEqual(15 * MINUTE);
          closedFailures = [];
        }
      }
    }),
  );
});
