import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { compileBacklog } from "../../../src/backlog/compileBacklog.ts";
import { backlogFromPlan } from "../../../src/backlog/deterministicDraft.ts";
import { formatDiagnostics, formatFinding } from "../../../src/backlog/diagnostics.ts";
import type { GeneratedBacklog } from "../../../src/backlog/draftedBacklog.ts";
import type { RepositoryFacts } from "../../../src/backlog/repositoryFacts.ts";
import type { MergedItem, Plan } from "../../../src/types.ts";
import { makeFacts } from "./facts.ts";
import { anyText } from "./fixtures.ts";
import { makeItem, makePlan } from "./plans.ts";

/** The plan's draft, which the loader takes too. */
function draft(plan: Plan, facts?: RepositoryFacts): GeneratedBacklog {
  const request = { plan, planFile: "tasks/PLAN.md", trackId: "rate-limits", verify: ["npm test"], setup: [], facts };
  const generated = backlogFromPlan(request);
  if (!generated.ok) throw new Error(generated.failure.map(formatFinding).join("\n"));
  const loaded = compileBacklog("tasks/BACKLOG.yaml", Buffer.from(generated.value.text), facts, "planned");
  if (!loaded.ok) throw new Error(formatDiagnostics(loaded.failure));
  expect(loaded.value.backlog).toEqual(generated.value.backlog);
  return generated.value;
}

const graphOf = ({ backlog }: GeneratedBacklog) => backlog.tasks.map(({ id, depends_on }) => [id, ...depends_on]);

test("each item is a task, its prose criteria in the description", () => {
  const plan = makePlan([makeItem("P1"), makeItem("P2", { depends_on: ["P1"], acceptance: ["Tests pass"] })]);
  const drafted = draft(plan, makeFacts({}));
  expect(drafted.text).toStartWith("# Drafted from the plan without a model, one task for each item.\nversion: 1\n");
  expect(graphOf(drafted)).toEqual([["T001"], ["T002", "T001"]]);
  expect(drafted.backlog.tasks[1]?.description).toBe("Build P2.\n\nDone when:\n- Tests pass\n");
  expect(drafted.notes).toEqual([]);
});

test("items that write the same file get an edge, and a note says so", () => {
  const drafted = draft(makePlan([makeItem("P1", { files: ["src/a.ts"] }), makeItem("P2", { files: ["src/*.ts"] })]));
  expect(graphOf(drafted)).toEqual([["T001"], ["T002", "T001"]]);
  expect(drafted.notes).toEqual(["T002 waits for T001: both may write src/*.ts."]);
  expect(drafted.text).toContain("# T002 waits for T001");
});

test("what no task may write is left out with its reason; an item with nothing left is refused, not given all", () => {
  const facts = makeFacts(
    { "src/a.ts": 10, "src/made.ts": { isGenerated: true } },
    { isIgnored: (path) => path.startsWith("dist/") },
  );
  const mixed = makeItem("P1", { files: [".git/config", "src/a.ts", "/etc/passwd", "dist/a.js", "src/made.ts"] });
  const { backlog, notes } = draft(makePlan([mixed]), facts);
  expect(backlog.tasks.map(({ files }) => files)).toEqual([["src/a.ts"]]);
  for (const refused of [".git/config", "/etc/passwd", "dist/a.js", "src/made.ts"]) {
    expect(notes.join("\n")).toMatch(new RegExp(`^T001: "${refused}".*; left out\\.$`, "mu"));
  }
  const closed = makeItem("P2", { files: [".git/config", "../other"] });
  expect(() => draft(makePlan([mixed, closed]), facts)).toThrow(
    /task T002 field files: none of the files .*\.git\/config.*other/u,
  );
});

test("an item that names no file may write any, alone, and still has to write something", () => {
  const { backlog, notes } = draft(makePlan([makeItem("P1", { files: [] })]));
  expect(backlog.tasks[0]).toMatchObject({ files: ["**"], allow_empty: false });
  expect(notes).toEqual([
    "T001: the plan names no file for it, so it may write any and runs alone; set allow_empty: true if it writes none.",
  ]);
});

test("an item with more than three complex files becomes a chain of tasks, and what waits for it waits for all", () => {
  const big = [1, 2, 3, 4, 5, 6, 7].map((number) => `src/big${number}.ts`);
  const facts = makeFacts({ ...Object.fromEntries(big.map((path) => [path, 30_000])), "src/small.ts": 10 });
  const plan = makePlan([
    makeItem("P1", { files: [...big, "src/small.ts"], description: "Rename it everywhere. ".repeat(120) }),
    makeItem("P2", { depends_on: ["P1"], files: ["src/other.ts"] }),
  ]);
  const drafted = draft(plan, facts);
  expect(graphOf(drafted)).toEqual([["T001-1"], ["T001-2", "T001-1"], ["T001", "T001-2"], ["T002", "T001"]]);
  expect(drafted.notes).toContain("T001 would change too many complex files, so it is split: T001-1, T001-2, T001.");
  expect(drafted.notes).toContain("T001: its description was shortened.");
  for (const task of drafted.backlog.tasks.slice(0, 3)) expect(task.description).toContain("of 3");
});

describe("acceptance", () => {
  const facts = makeFacts({ "package.json": 100, "scripts/check.sh": 100 }, { scripts: new Set(["test", "lint"]) });
  const acceptanceOf = (acceptance: string[], more: Partial<MergedItem> = {}) =>
    draft(makePlan([makeItem("P1", { acceptance, ...more })]), facts).backlog.tasks[0];

  test.each([
    ["`npm run lint`", "npm run lint"],
    ["`npm test -- greet` passes.", "npm test -- greet"],
    ["`scripts/check.sh --all` exits with status 0", "scripts/check.sh --all"],
    ["`grep -q limit README.md`", "grep -q limit README.md"],
  ])("%s is a command", (line, run) => {
    const task = acceptanceOf([line, "It is fast"]);
    expect(task?.acceptance).toEqual([{ run }]);
    expect(task?.description).toBe("Build P1.\n\nDone when:\n- It is fast\n");
  });

  test.each([
    "npm test passes",
    "make the report sortable",
    "`limit`",
    "`npm run nothing`",
    "`npm test` prints a line for each user",
    "`cargo test` passes",
    "`echo done please`",
    "`rm -rf / --no-preserve-root`",
    "`scripts/none.sh --all`",
    "Run `npm test`",
  ])("%s is prose, and stays in the description", (line) => {
    const task = acceptanceOf([line]);
    expect(task?.acceptance).toEqual([]);
    expect(task?.description).toContain(`- ${line}`);
  });

  test("what is installed on this machine makes no difference", () => {
    const plan = makePlan([makeItem("P1", { acceptance: ["`pytest -q tests`", "`npm test -- x`"] })]);
    const withPrograms = (programs: string[]) => makeFacts({ "package.json": 1 }, { programs });
    expect(draft(plan, withPrograms(["npm", "pytest"])).text).toBe(draft(plan, withPrograms(["npm"])).text);
  });
});

test("one folder in two spellings, beside three complex files, is split like one", () => {
  const facts = makeFacts({ "src/a.ts": 40_000, "src/b.ts": 40_000, "src/c.ts": 40_000 });
  const files = ["src/c.ts", "src/a.ts", "src/b.ts", "src", "src/"];
  expect(graphOf(draft(makePlan([makeItem("P1", { files })]), facts))).toEqual([["T001-1"], ["T001", "T001-1"]]);
});

test("a plan without items is no backlog, and it says why", () => {
  const request = { plan: makePlan([]), trackId: "t", verify: [], setup: [] };
  const generated = backlogFromPlan(request);
  expect(generated.ok ? "" : generated.failure.map(formatFinding).join()).toContain("the list is empty");
});

test("any plan gives a backlog the loader takes, the same each time", () => {
  const known = ["src/a.ts", "src/b.ts", "src/c.ts", "src/d.ts", "src/e.ts"];
  const anyItem = fc.record({
    title: anyText({ maxLength: 300 }),
    description: anyText({ maxLength: 4_000 }),
    files: fc.array(
      fc.oneof(
        anyText({ maxLength: 20 }),
        fc.constantFrom(
          ...known,
          "src/",
          "src",
          "src/**",
          "**/*.md",
          ".git/x",
          `deep/${"x".repeat(200)}/y.ts`,
          "dist/x",
        ),
      ),
      { maxLength: 40 },
    ),
    acceptance: fc.array(fc.oneof(anyText({ maxLength: 200 }), fc.constantFrom("`npm test -- a`", "`rm -rf / x`")), {
      maxLength: 5,
    }),
    dependsOnEarlier: fc.boolean(),
  });
  // The same files in another order: what a machine lists first makes no difference.
  const factsFrom = (paths: readonly string[]) =>
    makeFacts(Object.fromEntries(paths.map((path) => [path, 40_000])), {
      isIgnored: (path) => path.startsWith("dist"),
    });
  fc.assert(
    fc.property(fc.array(anyItem, { minLength: 1, maxLength: 5 }), (items) => {
      const plan = makePlan(
        items.map(({ dependsOnEarlier, files, ...fields }, index) =>
          makeItem(`P${index + 1}`, {
            ...fields,
            // An item all of whose files are refused is refused itself.
            files: files.length === 0 ? [] : [...files, "src/a.ts"],
            depends_on: dependsOnEarlier && index > 0 ? [`P${index}`] : [],
          }),
        ),
      );
      const first = draft(plan, factsFrom(known));
      expect(draft(plan, factsFrom(known.toReversed())).text).toBe(first.text);
      expect(first.backlog.tasks.length).toBeGreaterThanOrEqual(items.length);
    }),
    { numRuns: 40 },
  );
});
