import { afterEach, expect, test } from "bun:test";
import type { AgentActivity } from "../../../src/core/agentRunner.ts";
import { HoldSwitch } from "../../../src/core/hold.ts";
import { SessionEvents } from "../../../src/host/sessionEvents.ts";
import { SessionWatch, type WatchOptions } from "../../../src/host/sessionWatch.ts";

const watches: SessionWatch[] = [];
afterEach(() => {
  for (const watch of watches.splice(0)) watch.end();
});

function watched(changes: Partial<WatchOptions> = {}) {
  const events = new SessionEvents();
  const seen: AgentActivity[] = [];
  const watch = new SessionWatch({
    sessionID: "s1",
    events,
    timeoutMs: 60_000,
    idleMs: undefined,
    signal: new AbortController().signal,
    onActivity: (activity) => seen.push(activity),
    ...changes,
  });
  watches.push(watch);
  const tool = (id: string, status: string, input = {}, sessionID = "s1") =>
    events.publish({
      type: "message.part.updated",
      properties: { part: { id, sessionID, type: "tool", tool: "bash", state: { status, input } } },
    });
  const retry = (attempt: number, message = "Overloaded", next?: number) =>
    events.publish({
      type: "session.status",
      properties: { sessionID: "s1", status: { type: "retry", attempt, message, next } },
    });
  return { events, seen, watch, tool, retry };
}

test("a tool is told of once, when it runs, with what it is about", () => {
  const { seen, tool } = watched();
  tool("p1", "pending");
  tool("p1", "running", { command: "bun test" });
  tool("p1", "running", { command: "bun test" });
  tool("p1", "completed", { command: "bun test" });
  tool("p2", "running", { filePath: "a.ts" });
  expect(seen).toEqual([
    { kind: "tool", tool: "bash", title: "bun test" },
    { kind: "tool", tool: "bash", title: "a.ts" },
  ]);
});

test("other sessions are not listened to, nor is anything after the end", () => {
  const { seen, watch, tool } = watched();
  tool("p1", "running", {}, "s2");
  watch.end();
  tool("p2", "running");
  expect(seen).toEqual([]);
});

test("a provider that keeps failing is given up at its third retry, with its own words", async () => {
  const { seen, watch, retry } = watched();
  let isStopped = false;
  const stopped = watch.stopped.then((reason) => {
    isStopped = true;
    return reason;
  });
  retry(1);
  retry(2);
  await Promise.resolve();
  expect(isStopped).toBe(false);
  retry(3, "Rate limit reached");
  expect(await stopped).toEqual({
    reason: "provider-retries",
    message: "Rate limit reached",
    retryAt: undefined,
    requests: 3,
  });
  expect(seen.map(({ kind }) => kind)).toEqual(["retry", "retry", "retry"]);
});

test("a retry that would come after the time limit is not waited for", async () => {
  const { watch, retry } = watched({ timeoutMs: 60_000 });
  const next = Date.now() + 3_600_000;
  retry(1, "Rate limit reached", next);
  expect(await watch.stopped).toMatchObject({
    reason: "provider-retries",
    message: "Rate limit reached",
    retryAt: next,
  });
});

test("the caller's signal stops it, also one that fired before", async () => {
  const abort = new AbortController();
  const { watch } = watched({ signal: abort.signal });
  abort.abort();
  expect(await watch.stopped).toEqual({ reason: "aborted" });
  expect(await watched({ signal: AbortSignal.abort() }).watch.stopped).toEqual({ reason: "aborted" });
});

test("the time limit counts from the start, the idle limit from the last sign of life", async () => {
  expect(await watched({ timeoutMs: 10 }).watch.stopped).toEqual({ reason: "timeout", seconds: 0.01 });
  expect(await watched({ idleMs: 10 }).watch.stopped).toEqual({ reason: "idle", seconds: 0.01 });
});

test("a running tool is no idling; when it has ended, idling counts again", async () => {
  const { watch, tool } = watched({ idleMs: 20, timeoutMs: 80 });
  tool("p1", "running");
  expect(await watch.stopped).toMatchObject({ reason: "timeout" });

  const other = watched({ idleMs: 20, timeoutMs: 60_000 });
  other.tool("p1", "running");
  other.tool("p1", "completed");
  expect(await other.watch.stopped).toMatchObject({ reason: "idle" });
});

test("held, from its start or later, nothing of a limit is used up, whatever else it waits for", async () => {
  const hold = new HoldSwitch();
  hold.set(true);
  const { watch } = watched({ timeoutMs: 20, idleMs: 20, hold });
  watch.pause();
  let isStopped = false;
  const stopped = watch.stopped.then((reason) => {
    isStopped = true;
    return reason;
  });
  await Bun.sleep(40);
  watch.resume();
  await Bun.sleep(40);
  expect(isStopped).toBe(false);
  hold.set(false);
  expect(["timeout", "idle"]).toContain((await stopped).reason);
});
