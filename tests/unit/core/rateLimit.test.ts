import { describe, expect, test } from "bun:test";
import { createLimiters } from "../../../src/core/rateLimit.ts";

/** Work that runs until told to end. */
function gatedWork() {
  let running = 0;
  const gates: (() => void)[] = [];
  const work = async () => {
    running += 1;
    await new Promise<void>((resolve) => gates.push(resolve));
    running -= 1;
  };
  return { work, running: () => running, endOne: () => gates.shift()?.() };
}

async function settle() {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

describe("createLimiters", () => {
  test("each kind runs as many as its limit, and the next one when one ends", async () => {
    const limiters = createLimiters({ planning: 1, workers: 3, api: 2 });
    const workers = gatedWork();
    const planning = gatedWork();
    const all = [1, 2, 3, 4, 5].map(() => limiters.workers(workers.work));
    all.push(...[1, 2].map(() => limiters.planning(planning.work)));
    await settle();
    expect(workers.running()).toBe(3);
    expect(planning.running()).toBe(1);
    for (let ended = 0; ended < 5; ended++) {
      workers.endOne();
      planning.endOne();
      await settle();
      expect(workers.running()).toBe(Math.min(3, 4 - ended));
    }
    await Promise.all(all);
  });

  test("two runs share nothing, and a failure frees its place", async () => {
    const limits = { planning: 1, workers: 1, api: 1 };
    const [one, other] = [createLimiters(limits), createLimiters(limits)];
    const blocked = gatedWork();
    const first = one.workers(blocked.work);
    await settle();
    expect(await other.workers(async () => "free")).toBe("free");
    blocked.endOne();
    await first;
    const failed = one.workers(async () => {
      throw new Error("broken");
    });
    expect(await failed.catch(String)).toBe("Error: broken");
    expect(await one.workers(async () => "free again")).toBe("free again");
  });

  test("work whose signal has fired while it waited is never started", async () => {
    const { api } = createLimiters({ planning: 1, workers: 1, api: 1 });
    const controller = new AbortController();
    const gate = gatedWork();
    const first = api(gate.work);
    let started = false;
    const second = api(async () => {
      started = true;
    }, controller.signal).catch(String);
    controller.abort(new Error("stop"));
    await settle();
    gate.endOne();
    await first;
    expect(await second).toBe("Error: stop");
    expect(started).toBe(false);
  });
});
