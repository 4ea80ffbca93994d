import { expect, test } from "bun:test";
import { deferred } from "../../../../src/core/deferred.ts";
import { EventBus } from "../../../../src/core/eventBus.ts";
import { AgentHold } from "../../../../src/implementation/supervision/agentHold.ts";
import type { RunEvent } from "../../../../src/recovery/runEvents.ts";

function held(settle: () => Promise<void> = async () => undefined) {
  const bus = new EventBus<RunEvent>(() => undefined);
  const abort = new AbortController();
  const seen: string[] = [];
  let isWanted = false;
  const hold = new AgentHold({
    isWanted: () => isWanted,
    subscribe: (listener) => bus.onAny(listener),
    settle: async () => {
      seen.push("settling");
      await settle();
    },
    record: async (type) => void seen.push(type),
    signal: abort.signal,
  });
  const want = (wanted: boolean) => {
    isWanted = wanted;
    bus.emit(wanted ? { type: "run_paused", because: "I say so" } : { type: "run_unpaused" });
  };
  return { hold, want, seen, abort };
}

test("it is held at once, acknowledged once settled, and told when it goes on", async () => {
  const settled = deferred<void>();
  const { hold, want, seen } = held(() => settled.promise);
  expect(await hold.mayGoOn()).toBe(true);
  want(true);
  let goesOn = false;
  const going = hold.mayGoOn().then((may) => {
    goesOn = may;
  });
  await Bun.sleep(0);
  expect({ seen, goesOn }).toEqual({ seen: ["settling"], goesOn: false });
  settled.resolve();
  await Bun.sleep(0);
  expect(seen).toEqual(["settling", "agent_held"]);
  want(false);
  await going;
  await hold.end();
  expect({ seen, goesOn }).toEqual({ seen: ["settling", "agent_held", "agent_released"], goesOn: true });
});

test("released before it has settled, there is nothing to acknowledge", async () => {
  const settled = deferred<void>();
  const { hold, want, seen } = held(() => settled.promise);
  want(true);
  want(false);
  settled.resolve();
  await hold.end();
  expect(seen).not.toContain("agent_held");
  expect(seen).not.toContain("agent_released");
});

test("a stopped agent waits no longer, and does not go on; the time it was held is known", async () => {
  const { hold, want, abort } = held();
  want(true);
  const going = hold.mayGoOn();
  await Bun.sleep(5);
  abort.abort();
  expect(await going).toBe(false);
  expect(hold.heldMs).toBeGreaterThan(0);
  want(false);
  const before = hold.heldMs;
  await Bun.sleep(2);
  expect(hold.heldMs).toBe(before);
});
