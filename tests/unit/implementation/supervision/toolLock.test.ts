import { expect, test } from "bun:test";
import { deferred } from "../../../../src/core/deferred.ts";
import { ToolLock } from "../../../../src/implementation/supervision/toolLock.ts";

const soon = () => new Promise<void>((resolve) => setImmediate(resolve));

test("a look waits for every tool that runs, and tools that come later wait for the look", async () => {
  const lock = new ToolLock();
  const seen: string[] = [];
  const release = deferred<void>();
  await lock.enter();
  await lock.enter();
  const look = lock.whileStill(async () => {
    seen.push("look");
    await release.promise;
    seen.push("looked");
  });
  const late = lock.enter().then(() => seen.push("late tool"));
  lock.leave();
  await soon();
  expect(seen).toEqual([]);
  lock.leave();
  await soon();
  expect(seen).toEqual(["look"]);
  release.resolve();
  await Promise.all([look, late]);
  expect(seen).toEqual(["look", "looked", "late tool"]);
});

test("looks come one after the other, also after one that failed", async () => {
  const lock = new ToolLock();
  let atOnce = 0;
  let most = 0;
  const look = async () => {
    most = Math.max(most, ++atOnce);
    await soon();
    atOnce--;
  };
  const failing = lock.whileStill(async () => {
    throw new Error("no disk");
  });
  const looks = [lock.whileStill(look), lock.whileStill(look), lock.whileStill(look)];
  await expect(failing).rejects.toThrow("no disk");
  await Promise.all(looks);
  expect(most).toBe(1);
  await lock.enter();
  lock.leave();
});
