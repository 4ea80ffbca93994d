import { afterEach, beforeEach, expect, jest, test } from "bun:test";
import { EventBus } from "../../../../src/core/eventBus.ts";
import { PauseLimit } from "../../../../src/implementation/requests/pauseLimit.ts";
import type { RunEvent } from "../../../../src/recovery/runEvents.ts";
import { RunProjection } from "../../../../src/recovery/runState.ts";
import { attempt, started } from "../../recovery/runEventSamples.ts";

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

function limited(limitMs: number) {
  const projection = new RunProjection();
  const bus = new EventBus<RunEvent>(() => undefined);
  const record = (event: RunEvent) => {
    expect(projection.apply(event)).toMatchObject({ ok: true });
    bus.emit(event);
  };
  record(started("T1", "T2"));
  const limit = new PauseLimit({
    state: () => projection.state,
    subscribe: (listener) => bus.onAny(listener),
    limitMs,
  });
  return { limit, record };
}

const because = "I say so";

test("a run that is paused again and again is ended once it was too long in all", () => {
  const { limit, record } = limited(1_000);
  record({ type: "run_paused", because });
  jest.advanceTimersByTime(600);
  record({ type: "run_unpaused" });
  jest.advanceTimersByTime(5_000);
  expect(limit.signal.aborted).toBe(false);
  record({ type: "run_paused", because });
  jest.advanceTimersByTime(399);
  expect(limit.signal.aborted).toBe(false);
  jest.advanceTimersByTime(2);
  expect(limit.signal.aborted).toBe(true);
  limit.end();
});

test("a paused task stops nothing while another is at work; alone it does", () => {
  const { limit, record } = limited(1_000);
  record(attempt("T1"));
  record(attempt("T2"));
  record({ type: "task_paused", task: "T1", because });
  jest.advanceTimersByTime(5_000);
  expect(limit.signal.aborted).toBe(false);
  record({ type: "task_paused", task: "T2", because });
  jest.advanceTimersByTime(1_001);
  expect(limit.signal.aborted).toBe(true);
  limit.end();
});
