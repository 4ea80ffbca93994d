import { expect, test } from "bun:test";
import { checkpointMessage } from "../../../../src/implementation/checkpoints/checkpointMessage.ts";
import { landedAs, landingMessage } from "../../../../src/implementation/landing/landingCommits.ts";

/** A commit as git reads its message. */
function commitOf(message: string) {
  const trailers = new Map<string, string[]>();
  for (const [, name = "", value = ""] of message.matchAll(/^(Mac-[A-Za-z-]+): (.*)$/gm)) trailers.set(name, [value]);
  const [subject = ""] = message.split("\n");
  return { id: "a".repeat(40), parents: [], subject, trailers } as unknown as Parameters<typeof landedAs>[0];
}

test("a landing says what it landed; a checkpoint of the same attempt is none", () => {
  const of = { runId: "r1", attempt: 2 };
  const landing = landingMessage({ ...of, task: { id: "T001", title: "Words" }, model: "test/worker" });
  expect(landedAs(commitOf(landing))).toEqual({ run: "r1", task: "T001", attempt: 2 });
  const checkpoint = checkpointMessage({ ...of, task: "T001", id: "abcdef-T001-2-c1", cause: "rest" });
  expect(landedAs(commitOf(checkpoint))).toBeUndefined();
});
