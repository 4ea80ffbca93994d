import { expect, test } from "bun:test";
import { fileOf, makeTrack, scripted } from "../../support/track.ts";

const patch = (...edits: readonly object[]) => ({ status: "success", text: "", structured: { edits } }) as const;

test("with --mode=patch models answer with edits, and what they make lands like any work", async () => {
  await using track = await makeTrack({
    tasks: [{ id: "T001", acceptance: [{ run: `grep -qx word ${fileOf("T001")}` }] }],
    files: { "bin/run.sh": "#!/bin/sh\n" },
  });
  const { report, runner } = await track.implement(
    async ({ task }) => patch({ path: fileOf(task), content: "word\n" }),
    { flags: { mode: "patch" } },
  );
  expect(report.outcome).toEqual({ done: true });
  expect(runner.agents.map(({ role, options }) => [role, options.supervisor])).toEqual([["patcher", undefined]]);
  expect(await track.repository.git("show", `main:${fileOf("T001")}`)).toBe("word");
});

test("edits that cannot be applied are sent back in the session, and nothing of them is written", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }] });
  const { report, runner } = await track.implement(
    async (agent) =>
      agent.corrections.length === 0
        ? patch({ path: fileOf("T001"), content: "bad\n" }, { path: "elsewhere.txt", content: "" })
        : patch({ path: fileOf("T001"), content: "word\n" }),
    { flags: { mode: "patch" } },
  );
  expect(report.outcome).toEqual({ done: true });
  expect(runner.agents[0]?.corrections).toEqual(["elsewhere.txt is not among the task's files"]);
  expect(await track.repository.git("show", `main:${fileOf("T001")}`)).toBe("word");
});

test("edits that do not pass are a failed attempt, and the next one is told", async () => {
  await using track = await makeTrack({
    tasks: [{ id: "T001", acceptance: [{ run: `grep -qx word ${fileOf("T001")}` }] }],
  });
  const { report, runner } = await track.implement(
    async (agent) => patch({ path: fileOf("T001"), content: agent.turn === 1 ? "other\n" : "word\n" }),
    { flags: { mode: "patch" } },
  );
  expect(report.outcome).toEqual({ done: true });
  expect(runner.agents).toHaveLength(2);
  expect(runner.agents[1]?.prompt).toContain("Attempt 1 failed");
});

test("after two agents that came to nothing the last attempt asks for edits", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }] });
  const { report, runner } = await track.implement(
    scripted({
      T001: async ({ role, task }) =>
        role === "patcher"
          ? patch({ path: fileOf(task), content: "word\n" })
          : { status: "timeout", message: "no answer within 600 s" },
    }),
  );
  expect(report.outcome).toEqual({ done: true });
  expect(runner.agents.map(({ role }) => role)).toEqual(["worker", "worker", "patcher"]);
});

test("a model whose edits can never be applied fails its task, which does not keep it from the others", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }, { id: "T002" }] });
  const { report, runner } = await track.implement(
    scripted({
      T001: async () => ({ status: "success", text: "I would rather talk.", structured: undefined }),
      T002: async () => patch({ path: fileOf("T002"), content: "word\n" }),
    }),
    { flags: { mode: "patch", workers: 1 } },
  );
  expect(report.outcome).toMatchObject({
    done: false,
    reason: expect.stringContaining("Not done: T001. To try again"),
  });
  expect(await track.statuses()).toEqual({ T001: "failed", T002: "complete" });
  // Each attempt is one session, with its corrections.
  expect(runner.agents.map(({ task, corrections }) => [task, corrections.length])).toEqual([
    ["T001", 2],
    ["T001", 2],
    ["T001", 2],
    ["T002", 0],
  ]);
});
