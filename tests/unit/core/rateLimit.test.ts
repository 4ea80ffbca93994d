import { describe, expect, test } from "bun:test";
import { createLimiter } from "../../../src/core/rateLimit.ts";

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

describe("createLimiter", () => {
  test("as many run as its limit, and the next one when one ends", async () => {
    const limiter = createLimiter(3);
    const gate = gatedWork();
    const all = [1, 2, 3, 4, 5].map(() => limiter(gate.work));
    await settle();
    expect(gate.running()).toBe(3);
    for (let ended = 0; ended < 5; ended++) {
      gate.endOne();
      await settle();
      expect(gate.running()).toBe(Math.min(3, 4 - ended));
    }
    await Promise.all(all);
  });

  test("two runs share nothing, and a failure frees its place", async () => {
    const [one, other] = [createLimiter(1), createLimiter(1)];
    const blocked = gatedWork();
    const first = one(blocked.work);
    await settle();
    expect(await other(async () => "free")).toBe("free");
    blocked.endOne();
    await first;
    const failed = one(async () => {
      throw new Error("broken");
    });
    expect(await failed.catch(String)).toBe("Error: broken");
    expect(await one(async () => "free again")).toBe("free again");
  });

  test("work whose signal has fired while it waited is never started", async () => {
    const limiter = createLimiter(1);
    const controller = new AbortController();
    const gate = gatedWork();
    const first = limiter(gate.work);
    let started = false;
    const second = limiter(async () => {
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
