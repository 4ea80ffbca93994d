import { expect, test } from "bun:test";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fails, type Script, ScriptedRunner } from "../../support/scriptedRunner.ts";
import { makeTrack, type Track } from "../../support/track.ts";

const PLAN = {
  title: "Greet people",
  goal: "A person is greeted",
  approach: "One function",
  items: [
    {
      id: "1",
      title: "Write greet",
      description: "A function",
      files: ["src/greet.ts"],
      depends_on: [],
      acceptance: [],
    },
    {
      id: "2",
      title: "Test greet",
      description: "A test",
      files: ["tests/greet.test.ts"],
      depends_on: ["1"],
      acceptance: [],
    },
  ],
  risks: [],
  acceptance: ["greet is tested"],
};

const plans: Script = async () => ({ status: "success", text: "", structured: PLAN });
const noModel: Script = async () => fails("model_unavailable", "the model is gone");

async function makeProject() {
  const track = await makeTrack({ files: { "feature.md": "Greet people.\n" } });
  await track.repository.git("rm", "--quiet", "-r", "tasks");
  await track.repository.commit("No backlog");
  return track;
}

async function planned(): Promise<Track & AsyncDisposable> {
  const track = await makeProject();
  await track.plan(new ScriptedRunner(plans), { contextFile: "feature.md" });
  return track;
}

test("plan writes the merged plan, and nothing else, whichever planner answers first", async () => {
  await using track = await makeProject();
  const runner = new ScriptedRunner(async (agent) => {
    await agent.company(3);
    return plans(agent);
  });

  const report = await track.plan(runner, { contextFile: "feature.md" });

  expect(report).toMatchObject({ outcome: { done: true }, text: expect.stringContaining("2 items from 3 agents") });
  expect(runner.agents.every((agent) => agent.role === "planner")).toBe(true);
  expect(runner.agents.every((agent) => agent.prompt.includes("Greet people."))).toBe(true);
  expect(await readFile(join(track.repository.path, "tasks/PLAN.md"), "utf8")).toContain("Write greet");
  expect(await track.repository.git("status", "--porcelain", "--untracked-files=all")).toBe("?? tasks/PLAN.md");
  expect(await readdir(track.folder)).not.toContain("data");
});

test("plan refuses, in words that say what to do, what it cannot plan from", async () => {
  await using track = await makeProject();
  const runner = new ScriptedRunner(plans);
  await expect(track.plan(runner, {})).rejects.toThrow("--context_file=feature.md");
  await expect(track.plan(runner, { contextFile: "none.md" })).rejects.toThrow("none.md");
  await expect(track.plan(runner, { contextFile: "feature.md", text: "And more" })).rejects.toThrow("twice");
  await expect(track.plan(runner, { text: "x", output: "../PLAN.md" })).rejects.toThrow("inside the repository");
  await expect(track.plan(runner, { text: "x", agents: 2, quorum: 3 })).rejects.toThrow("never be reached");
  expect(runner.agents).toEqual([]);
  expect(await track.repository.git("status", "--porcelain")).toBe("");
});

test("plan without enough answers writes nothing and keeps an older plan", async () => {
  await using track = await planned();
  const before = await readFile(join(track.repository.path, "tasks/PLAN.md"), "utf8");
  await expect(track.plan(new ScriptedRunner(noModel), { text: "Something else" })).rejects.toThrow(
    "the model is gone",
  );
  expect(await readFile(join(track.repository.path, "tasks/PLAN.md"), "utf8")).toBe(before);
});

test("backlog without a model that answers is made from the plan itself, and says so", async () => {
  await using track = await planned();
  const report = await track.backlog(new ScriptedRunner(noModel), {});
  expect(report.outcome).toEqual({ done: true });
  expect(report.text).toContain("Backlog greet-people: 2 tasks, in tasks/BACKLOG.yaml.");
  expect(report.text).toContain("the model is gone");
  expect(Object.values(await track.statuses())).toEqual(["pending", "pending"]);
});

test("backlog --dry_run asks no model and writes nothing", async () => {
  await using track = await planned();
  const runner = new ScriptedRunner(noModel);
  const report = await track.backlog(runner, { dryRun: true });
  expect(report.text).toContain("2 tasks, nothing was written (--dry_run)");
  expect(runner.agents).toEqual([]);
  expect(await track.repository.git("status", "--porcelain", "--untracked-files=all")).toBe("?? tasks/PLAN.md");
});

test("backlog does not replace one of the same track that is being worked off", async () => {
  await using track = await planned();
  await track.backlog(new ScriptedRunner(noModel), {});
  await track.setStatus("T001", "failed");
  const before = await readFile(track.backlogFile, "utf8");
  await expect(track.backlog(new ScriptedRunner(noModel), {})).rejects.toThrow("has been worked on");
  expect(await readFile(track.backlogFile, "utf8")).toBe(before);
});

test("backlog does not replace one of which a part is complete: its statuses say what has landed", async () => {
  await using track = await planned();
  await track.backlog(new ScriptedRunner(noModel), {});
  await track.setStatus("T001", "complete");
  const before = await readFile(track.backlogFile, "utf8");
  await expect(track.backlog(new ScriptedRunner(noModel), {})).rejects.toThrow("has been worked on");
  expect(await readFile(track.backlogFile, "utf8")).toBe(before);
});

test("backlog refuses a plan that is missing, and a track id that is none", async () => {
  await using track = await makeProject();
  const runner = new ScriptedRunner(noModel);
  await expect(track.backlog(runner, {})).rejects.toThrow("opencode run plan");
  await track.plan(new ScriptedRunner(plans), { text: "Greet" });
  await expect(track.backlog(runner, { trackId: "No Track" })).rejects.toThrow("not a track id");
  expect(runner.agents).toEqual([]);
});

test("a plan and a backlog that a person edited are kept when the command runs again", async () => {
  await using track = await planned();
  const edited = `${await readFile(join(track.repository.path, "tasks/PLAN.md"), "utf8")}\nA note of mine.\n`;
  await writeFile(join(track.repository.path, "tasks/PLAN.md"), edited);

  const report = await track.plan(new ScriptedRunner(plans), { contextFile: "feature.md" });

  const kept = /The earlier tasks\/PLAN\.md is kept as (.+)\.$/m.exec(report.text)?.[1] ?? "";
  expect(await readFile(kept, "utf8")).toBe(edited);
  expect(await readFile(join(track.repository.path, "tasks/PLAN.md"), "utf8")).not.toContain("A note of mine.");
});

test.each(["README.md", ".git/config"])("--output=%s is refused before anybody is asked", async (output) => {
  await using track = await makeProject();
  await track.repository.write({ "README.md": "Mine.\n" });
  const before = await readFile(join(track.repository.path, output), "utf8");
  const runner = new ScriptedRunner(plans);

  await expect(track.plan(runner, { contextFile: "feature.md", output })).rejects.toThrow("--output");
  await expect(track.backlog(runner, { output })).rejects.toThrow();

  expect(runner.agents).toEqual([]);
  expect(await readFile(join(track.repository.path, output), "utf8")).toBe(before);
});
