import { describe, expect, test } from "bun:test";
import { RECORD_VERSION, upgradeEvent } from "../../../src/recovery/journalUpgrades.ts";
import { parseRunEvent } from "../../../src/recovery/runEvents.ts";

const unnamed = {
  type: "checkpoint_taken",
  task: "T002",
  attempt: 2,
  commit: "c",
  ref: "refs/mac/checkpoints/20260301-101500000-a1b2c3/T002/2/3",
  cause: "drift",
};

describe("upgradeEvent", () => {
  test("1 → 2: a checkpoint is named after its ref", () => {
    expect(parseRunEvent(unnamed).ok).toBe(false);
    const upgraded = upgradeEvent(unnamed, 1);
    expect(upgraded).toEqual({ ...unnamed, id: "a1b2c3-T002-2-c3" });
    expect(parseRunEvent(upgraded).ok).toBe(true);
  });

  test("what is no checkpoint of version 1 stays as it is, whatever it is", () => {
    const named = { ...unnamed, id: "mine" };
    const strange = [named, { ...unnamed, ref: "elsewhere" }, { type: "run_resumed" }, null, 7, "text", [unnamed]];
    for (const event of strange) expect(upgradeEvent(event, 1)).toBe(event);
  });

  test("an event of this version goes through no step", () => {
    expect(upgradeEvent(unnamed, RECORD_VERSION)).toBe(unnamed);
  });
});
