import { expect, test } from "bun:test";
import { setImmediate } from "node:timers/promises";
import { type Deferred, deferred } from "../../../../src/core/deferred.ts";
import { ValidationQueue } from "../../../../src/implementation/scheduling/validationQueue.ts";

/** Checks that end when they are told to. */
function scripted(limit: number) {
  const queue = new ValidationQueue(limit);
  const started: string[] = [];
  const ends = new Map<string, Deferred<void>>();
  const add = (name: string, priority: number, signal?: AbortSignal) => {
    const end = deferred<void>();
    ends.set(name, end);
    return queue.run(
      priority,
      async () => {
        started.push(name);
        await end.promise;
        return name;
      },
      signal,
    );
  };
  const end = async (name: string) => {
    ends.get(name)?.resolve();
    await setImmediate();
  };
  return { queue, started, add, end };
}

test("so many at once, then by priority, of equal ones the first that came", async () => {
  const { started, add, end } = scripted(2);
  const all = ["a", "b", "low", "high", "low too", "high too"].map((name) =>
    add(name, name.startsWith("high") ? 9 : 1),
  );
  await setImmediate();
  expect(started).toEqual(["a", "b"]);
  for (const name of ["b", "a", "high", "low", "high too", "low too"]) await end(name);
  expect(started).toEqual(["a", "b", "high", "high too", "low", "low too"]);
  expect(await Promise.all(all)).toEqual(["a", "b", "low", "high", "low too", "high too"]);
});

test("a check that fails makes room, and its error is its caller's", async () => {
  const { queue, started, add, end } = scripted(1);
  const failing = queue.run(0, () => Promise.reject(new Error("red")));
  const next = add("next", 0);
  await expect(failing).rejects.toThrow("red");
  await end("next");
  expect([started, await next]).toEqual([["next"], "next"]);
});

test("who is aborted leaves the queue at once and is never started", async () => {
  const { started, add, end } = scripted(1);
  const abort = new AbortController();
  const first = add("first", 0);
  const waiting = add("waiting", 0, abort.signal);
  const after = add("after", 0);
  abort.abort(new Error("interrupted"));
  await expect(waiting).rejects.toThrow("interrupted");
  await expect(add("late", 0, abort.signal)).rejects.toThrow("interrupted");
  for (const name of ["first", "after"]) await end(name);
  await Promise.all([first, after]);
  expect(started).toEqual(["first", "after"]);
});
