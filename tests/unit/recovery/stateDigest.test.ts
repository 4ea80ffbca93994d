import { describe, expect, test } from "bun:test";
import type { RunEvent } from "../../../src/recovery/runEvents.ts";
import { RunProjection } from "../../../src/recovery/runState.ts";
import { stateDigest } from "../../../src/recovery/stateDigest.ts";
import { attempt, skipped, started, wholeTask } from "./runEventSamples.ts";

function digestOf(events: readonly RunEvent[]): string {
  const projection = new RunProjection();
  for (const event of events) if (!projection.apply(event).ok) throw new Error(`${event.type} is illegal`);
  return stateDigest(projection.state);
}

describe("stateDigest", () => {
  test("is the same for the same events, also when they come from a file, and in another order of keys", () => {
    const events = [started("T1", "T2"), ...wholeTask("T1"), skipped("T2")];
    const digest = digestOf(events);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(digestOf(JSON.parse(JSON.stringify(events)))).toBe(digest);
    const turned = events.map((event) => Object.fromEntries(Object.entries(event).reverse()) as unknown as RunEvent);
    expect(digestOf(turned)).toBe(digest);
  });

  test("differs where anything differs", () => {
    const digests = [
      digestOf([started("T1", "T2")]),
      digestOf([started("T2", "T1")]),
      digestOf([started("T1", "T2"), attempt("T1")]),
      digestOf([started("T1", "T2"), attempt("T2")]),
      digestOf([started("T1", "T2"), { ...attempt("T1"), model: "other/model" } as RunEvent]),
    ];
    expect(new Set(digests).size).toBe(digests.length);
  });
});
