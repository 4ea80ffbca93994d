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
  // Outside the repository: its versions.
  expect(await readdir((await track.state()).root)).toEqual(["control.git"]);
});

test("a feature that holds keys is refused before anybody is asked: each by kind and line, none by value", async () => {
  await using track = await makeProject();
  const token = `ghp_${"a1B2c3D4e5F6".repeat(3)}`;
  const key = `npm_${"Z9y8X7w6V5u4".repeat(3)}`;
  await writeFile(join(track.repository.path, "feature.md"), `Greet people.\n${token}\nand\n${key}\n`);
  const runner = new ScriptedRunner(plans);
  const refused = await track.plan(runner, { contextFile: "feature.md" }).then(() => expect.unreachable(), String);
  expect(refused).toMatch(/feature\.md holds .*GitHub token \(line 2\).*npm token \(line 4\)/);
  expect(refused).not.toContain(token);
  expect(refused).not.toContain(key);
  expect(runner.agents).toEqual([]);

  const example = `Greet people.\n${token} <!-- secretlint-disable-line -->\n`;
  await writeFile(join(track.repository.path, "feature.md"), example);
  expect((await track.plan(runner, { contextFile: "feature.md" })).outcome).toEqual({ done: true });
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

test("plan again leaves what a person wrote in the plan of the same feature", async () => {
  await using track = await planned();
  const path = join(track.repository.path, "tasks/PLAN.md");
  const edited = `${(await readFile(path, "utf8")).replace("One function\n", "One function, small.\n")}\nA note of mine.\n`;
  await writeFile(path, edited);

  await track.plan(new ScriptedRunner(plans), { contextFile: "feature.md" });
  expect(await readFile(path, "utf8")).toBe(edited);

  const other = { ...PLAN, approach: "Two functions", risks: ["Names"] };
  const changed: Script = async () => ({ status: "success", text: "", structured: other });
  const report = await track.plan(new ScriptedRunner(changed), { contextFile: "feature.md" });

  expect(report.text).toContain("Left as edited by hand: Approach.");
  const text = await readFile(path, "utf8");
  for (const part of ["\nA note of mine.\n", "One function, small.", "- Names", "approach: Two functions"]) {
    expect(text).toContain(part);
  }
});

test("plan again renews what follows from an edited block, and says what it replaced and where that is", async () => {
  await using track = await planned();
  const path = join(track.repository.path, "tasks/PLAN.md");
  const made = await readFile(path, "utf8");
  const block = made.indexOf("```yaml");
  const edited =
    made.slice(0, block).replace("One function\n", "One function, small.\n") +
    made
      .slice(block)
      .replace("title: Test greet", "title: Try greet")
      .replace("title: Greet people", "title: Greet all");
  await writeFile(path, edited);

  const item = {
    id: "3",
    title: "Tell people",
    description: "A text",
    files: ["docs/x.md"],
    depends_on: [],
    acceptance: [],
  };
  const other = { ...PLAN, approach: "Two functions", items: [...PLAN.items, item] };
  const changed: Script = async () => ({ status: "success", text: "", structured: other });
  const report = await track.plan(new ScriptedRunner(changed), { contextFile: "feature.md" });

  const text = await readFile(path, "utf8");
  expect(text).toContain("One function, small.");
  expect(text.match(/Tell people/gu)).toHaveLength(4);
  expect(text).not.toContain("Try greet");
  expect(text).toContain(", 3 items.");
  expect(report.text).toContain("Left as edited by hand: Approach.\n");
  const said =
    /^Replaced by the new plan, though edited by hand: the block\. The earlier tasks\/PLAN\.md is kept as (.+)\.$/m;
  expect(await readFile(said.exec(report.text)?.[1] ?? report.text, "utf8")).toBe(edited);
});

test("a plan that a person edited is kept when plan makes one of another feature", async () => {
  await using track = await planned();
  const path = join(track.repository.path, "tasks/PLAN.md");
  const edited = `${await readFile(path, "utf8")}\nA note of mine.\n`;
  await writeFile(path, edited);

  const another: Script = async () => ({ status: "success", text: "", structured: { ...PLAN, title: "Part" } });
  const report = await track.plan(new ScriptedRunner(another), { contextFile: "feature.md" });

  const kept = /The earlier tasks\/PLAN\.md is kept as (.+)\.$/m.exec(report.text)?.[1] ?? "";
  expect(await readFile(kept, "utf8")).toBe(edited);
  expect(await readFile(path, "utf8")).not.toContain("A note of mine.");
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
