import { describe, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { renderPlan } from "../../../src/planning/planDocument.ts";
import { structuredMerge } from "../../../src/planning/structuredMerge.ts";
import type { PlanAnswer } from "../../../src/types.ts";
import { fails, type Script, ScriptedRunner } from "../../support/scriptedRunner.ts";
import { makeTrack, type Track } from "../../support/track.ts";

const ANSWER: PlanAnswer = {
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
    { id: "2", title: "Test greet", description: "A test", files: ["tests/g.ts"], depends_on: ["1"], acceptance: [] },
  ],
  risks: [],
  acceptance: ["greet is tested"],
};
const PLAN = renderPlan(structuredMerge([{ agent: "architecture", answer: ANSWER }], []));

const draftTask = (id: string, fields: object = {}) => ({
  id,
  title: `Write ${id}`,
  description: `Write ${id}.`,
  depends_on: [],
  files: [`src/${id}.ts`],
  ...fields,
});
const drafts =
  (...tasks: readonly object[]): Script =>
  async () => ({ status: "success", text: "", structured: { tasks } });
const noModel: Script = async () => fails("model_unavailable", "the model is gone");
const nobody: Script = async () => Promise.reject(new Error("nobody is asked"));

async function planned(files = {}): Promise<Track & AsyncDisposable> {
  const track = await makeTrack({ files: { "tasks/PLAN.md": PLAN, ...files } });
  await track.repository.git("rm", "--quiet", "tasks/BACKLOG.yaml");
  await track.repository.commit("No backlog");
  return track;
}

const changes = (track: Track) => track.repository.git("status", "--porcelain", "--untracked-files=all");

test("the model's draft is written, with the tree it was drafted against; the report says what came of it", async () => {
  await using track = await planned({ "src/old.ts": "export const old = 1;\n" });
  const runner = new ScriptedRunner(
    drafts(
      draftTask("A", { files: ["src/greet.ts"] }),
      draftTask("B", { depends_on: ["A"], files: ["tests/*.ts"] }),
      draftTask("C", { files: ["tests/g.ts"] }),
    ),
  );

  const report = await track.backlog(runner, {});

  expect(report.outcome).toEqual({ done: true });
  expect(report.text.split("\n").slice(0, 6)).toEqual([
    "Backlog greet-people: 3 tasks in 3 waves, in tasks/BACKLOG.yaml.",
    "  A  Write A",
    "  B  Write B  (after A)",
    "  C  Write C  (after B)",
    "Longest chain: A -> B -> C (3 tasks)",
    "C waits for B: both may write tests/g.ts.",
  ]);
  expect(report.text).toContain('Warning: task B field files: "tests/*.ts" matches nothing yet');
  expect(report.text).toContain("100 tokens, $0.010. Model: ");
  expect(report.text).toEndWith("Next: opencode run implement");
  expect(parse(await readFile(track.backlogFile, "utf8"))).toMatchObject({
    plan: "tasks/PLAN.md",
    base: await track.repository.git("rev-parse", "HEAD^{tree}"),
    goal: { criteria: ["greet is tested"] },
  });
  const [agent] = runner.agents;
  expect(agent?.prompt).toContain("src/old.ts 22 B: old");
  expect(agent?.options.answer?.by).toBe("schema");
});

test("a draft that stays broken fails with its errors and what to do, and writes nothing", async () => {
  await using track = await planned();
  const runner = new ScriptedRunner(
    drafts(draftTask("A", { depends_on: ["B"] }), draftTask("B", { depends_on: ["A"], files: ["../x"] })),
  );
  const before = await changes(track);

  const message = await track.backlog(runner, {}).then(
    () => "no refusal",
    (error: Error) => error.message,
  );

  const lines = message.split("\n");
  expect(lines).toContainEqual(
    "- task A field depends_on: the tasks wait for one another: A -> B -> A (take one of these dependencies out)",
  );
  expect(lines.some((line) => line.startsWith('- task B field files: "../x" '))).toBe(true);
  for (const part of ["No backlog was written", "errors, the first: task A", "models.backlog", "--draft=plan"]) {
    expect(lines.at(-1)).toContain(part);
  }
  expect(runner.agents).toHaveLength(1);
  expect(runner.agents[0]?.corrections).toHaveLength(2);
  expect(await changes(track)).toBe(before);
});

test("a model that cannot be reached fails with its words and what to do: the plan is the draft only when asked for", async () => {
  await using track = await planned();
  const before = await changes(track);
  await expect(track.backlog(new ScriptedRunner(noModel), {})).rejects.toThrow(
    /^No backlog was written: \S+: the model is gone; run backlog again, .*models\.backlog, .*--draft=plan/u,
  );
  expect(await changes(track)).toBe(before);
});

test("a limit that ends later is told with the time at which it ends", async () => {
  await using track = await planned();
  const retryAt = Date.now() + 3_600_000;
  const limited: Script = async () => ({
    status: "error",
    failure: { reason: "quota_exhausted", message: "used up", retryable: false, retryAt },
  });
  const time = new Date(retryAt).toTimeString().slice(0, 5);
  await expect(track.backlog(new ScriptedRunner(limited), {})).rejects.toThrow(`it answers again at ${time}`);
});

test("a model that is not connected is refused before anybody is asked", async () => {
  await using track = await planned();
  const runner = new ScriptedRunner(nobody);
  const options = { models: { backlog: "none/such" } };
  await expect(track.backlog(runner, {}, { options })).rejects.toThrow(/^models\.backlog: .*none\/such.*--draft=plan/u);
  expect(runner.agents).toEqual([]);
});

test("`verify` that destroys something is refused before anybody is asked", async () => {
  await using track = await planned();
  const runner = new ScriptedRunner(nobody);
  const options = { verify: ["git push --force"] };
  await expect(track.backlog(runner, {}, { options })).rejects.toThrow(/git push --force[\s\S]*plugin's options/u);
  expect(runner.agents).toEqual([]);
});

describe("--draft=plan", () => {
  test("makes the plan's items the tasks and asks nobody", async () => {
    await using track = await planned();
    const runner = new ScriptedRunner(nobody);
    const report = await track.backlog(runner, { draftBy: "plan" });
    expect(report.text).toContain("Backlog greet-people: 2 tasks in 2 waves, in tasks/BACKLOG.yaml.");
    expect(report.text).toContain("no model was asked");
    expect(report.text).not.toContain("tokens");
    expect(runner.agents).toEqual([]);
    expect(Object.values(await track.statuses())).toEqual(["pending", "pending"]);
  });

  test("gives the same bytes in another clone, whatever is installed there", async () => {
    const texts: string[] = [];
    for (const name of ["one", "another"]) {
      await using track = await planned({ "package.json": '{"scripts": {"test": "node --test"}}', "src/a.ts": "" });
      if (name === "another") {
        await track.repository.git("commit", "--quiet", "--allow-empty", "--message", "Another history");
        await track.repository.write({ "untracked.txt": "x" });
      }
      await track.backlog(new ScriptedRunner(nobody), { draftBy: "plan" });
      texts.push(await readFile(track.backlogFile, "utf8"));
    }
    expect(texts[1]).toBe(texts[0] ?? "");
    expect(texts[0]).toMatch(/^base: [0-9a-f]{40}$/mu);
  });
});

test("--dry_run asks no model and writes nothing", async () => {
  await using track = await planned();
  const runner = new ScriptedRunner(nobody);
  const before = await changes(track);
  const report = await track.backlog(runner, { dryRun: true });
  expect(report.text).toMatch(/2 tasks to do in \d waves?/);
  expect(report.text).toMatch(/T001 .* \d+ B {2}test\/worker$/m);
  expect(report.text).toMatch(/^Total: .* tokens .*unknown price\.$/m);
  expect(report.text).toContain("--dry_run");
  expect(runner.agents).toEqual([]);
  expect(await changes(track)).toBe(before);
});

test.each(["failed", "complete"])("one of the same track with a %s task is not replaced", async (status) => {
  await using track = await planned();
  await track.backlog(new ScriptedRunner(nobody), { draftBy: "plan" });
  await track.setStatus("T001", status);
  const before = await readFile(track.backlogFile, "utf8");
  await expect(track.backlog(new ScriptedRunner(nobody), {})).rejects.toThrow("has been worked on");
  expect(await readFile(track.backlogFile, "utf8")).toBe(before);
});

test("a plan that is missing, and a track id that is none, are refused", async () => {
  await using track = await planned();
  const runner = new ScriptedRunner(nobody);
  await expect(track.backlog(runner, { planFile: "none.md" })).rejects.toThrow("none.md");
  await expect(track.backlog(runner, { trackId: "No Track" })).rejects.toThrow("not a track id");
  expect(runner.agents).toEqual([]);
});

test("a backlog that a person edited is kept when the command runs again", async () => {
  await using track = await planned();
  await track.backlog(new ScriptedRunner(nobody), { draftBy: "plan" });
  await track.editBacklog((text) => `${text}# mine\n`);
  const edited = await readFile(track.backlogFile, "utf8");
  const report = await track.backlog(new ScriptedRunner(nobody), { draftBy: "plan" });
  const kept = /The earlier tasks\/BACKLOG\.yaml is kept as (.+)\.$/mu.exec(report.text)?.[1] ?? "";
  expect(await readFile(kept, "utf8")).toBe(edited);
});
