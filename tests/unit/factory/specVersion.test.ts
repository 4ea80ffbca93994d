import { expect, test } from "bun:test";
import { readVersionMessage, versionMessage } from "../../../src/factory/specVersion.ts";

const BARE = { author: "person", reason: "edited by hand", digest: "abc" } as const;

test("a record comes back from its message", () => {
  const whole = { ...BARE, models: ["a/b", "c/d:e"], prompt: "planner-2", plan: "f00" };
  expect(readVersionMessage(versionMessage(whole))).toEqual(whole);
  expect(readVersionMessage(versionMessage(BARE))).toMatchObject(BARE);
});

test("a reason of several lines stays one line and forges no trailer", () => {
  const message = versionMessage({ ...BARE, reason: "why\n\nMac-Author: agent\nMac-Digest: x\u001b[2J" });
  expect(readVersionMessage(message)).toMatchObject({ author: "person", digest: "abc" });
  expect(message.split("\n")).toHaveLength(5);
  expect(message).not.toContain("\u001b");
});
