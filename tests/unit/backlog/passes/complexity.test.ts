import { describe, expect, test } from "bun:test";
import { formatFinding } from "../../../../src/backlog/diagnostics.ts";
import { checkComplexity } from "../../../../src/backlog/passes/complexity.ts";
import type { Origin } from "../../../../src/backlog/repositoryFacts.ts";
import { splitAlongFiles } from "../../../../src/backlog/splitAlongFiles.ts";
import { makeFacts, names } from "../facts.ts";
import { makeBacklog, makeTask } from "../fixtures.ts";

const FACTS = makeFacts({
  "a.ts": 17_000,
  "b.ts": 20_000,
  "c.ts": { bytes: 9_000, exportedNames: names(11) },
  "d.py": 40_000,
  "e.go": 16_500,
  "f.rs": 99_000,
  "g.rb": 99_000,
  "just.ts": { bytes: 16_384, exportedNames: names(10) },
  "many.ts": { bytes: 8_000, exportedNames: names(50) },
  "package-lock.json": 900_000,
  "Cargo.lock": 900_000,
  "logo.png": 900_000,
  "made.ts": { bytes: 90_000, isGenerated: true },
  "lib/one.ts": 50_000,
  "lib/two.ts": 50_000,
  "wide/a.ts": 20_000,
  "wide/b.ts": 20_000,
  "wide/c.ts": 20_000,
  "wide/in/d.ts": 20_000,
  "wide/small.ts": 20,
});

const messages = (files: readonly string[], fields = {}) =>
  checkComplexity(makeBacklog([makeTask({ id: "A", files, ...fields })]), "person", FACTS).map(
    ({ message }) => message,
  );

describe("a task with more than three complex files", () => {
  test("is refused, and the files are named with what makes them complex", () => {
    expect(messages(["a.ts", "./b.ts", "c.ts", "d.py", "new.ts"])).toEqual([
      "4 complex files are too many for one task: a.ts (17 KB), b.ts (20 KB), c.ts (9 KB, 11 exported names), d.py (39 KB)",
    ]);
  });

  test.each([
    ["three", ["a.ts", "b.ts", "c.ts", "new.ts"]],
    ["the same one again", ["a.ts", "./a.ts", "b.ts", "c.ts"]],
    ["not quite complex", ["a.ts", "b.ts", "c.ts", "just.ts", "many.ts"]],
    [
      "lock files, pictures and what a program makes",
      ["a.ts", "b.ts", "c.ts", "package-lock.json", "Cargo.lock", "logo.png", "made.ts"],
    ],
    ["a folder is one", ["lib/", "a.ts", "b.ts"]],
  ])("%s: not", (_, files) => {
    expect(messages(files)).toEqual([]);
  });

  test("a glob and a folder count as one when they reach a complex file", () => {
    expect(messages(["lib/*.ts", "a.ts", "b.ts", "c.ts"])[0]).toContain("4 complex files");
    expect(messages(["lib", "a.ts", "b.ts", "c.ts"])[0]).toContain("4 complex files");
    expect(messages(["docs/**", "a.ts", "b.ts", "c.ts"])).toEqual([]);
  });

  test("is left alone once it is complete", () => {
    expect(messages(["a.ts", "b.ts", "c.ts", "d.py"], { status: "complete" })).toEqual([]);
  });
});

describe("an entry that reaches more than three complex files", () => {
  const said = (files: readonly string[], origin: Origin) =>
    checkComplexity(makeBacklog([makeTask({ id: "A", files })]), origin, FACTS).map(
      (finding) => `${finding.severity ?? "error"}: ${formatFinding(finding)}`,
    );
  const reached = 'task A field files: "wide/**" may write 4 complex files, such as wide/a.ts (20 KB);';

  test("is a person's right, told as a warning, and is refused in a model's draft", () => {
    expect(said(["wide/**"], "person")).toEqual([
      `warning: ${reached} at most 3 are advised (name the ones the task changes)`,
    ]);
    expect(said(["wide/**"], "generated")).toEqual([
      `error: ${reached} at most 3 are for one task (name the ones the task changes)`,
    ]);
    expect(said(["wide"], "generated")).toHaveLength(1);
    expect(said(["**/*.ts"], "generated")).toHaveLength(1);
  });

  test.each(["lib/", "lib/**", "wide/[ab].ts", "wide/{a,b,c}.ts", "new/**", "wid", "wide/a.ts"])("%s: not", (entry) => {
    expect(said([entry], "generated")).toEqual([]);
  });

  test("refuses no draft of the plan's own, which cannot be asked to name less", () => {
    expect(said(["**"], "planned")[0]).toStartWith('warning: task A field files: "**" may write ');
  });
});

describe("a draft is split along files", () => {
  const task = makeTask({
    id: "T007",
    files: ["a.ts", "b.ts", "x.ts", "c.ts", "d.py", "e.go", "f.rs", "g.rb"],
    depends_on: ["T001"],
    acceptance: [{ run: "npm test" }],
  });
  const parts = splitAlongFiles(task, FACTS);

  test("into a chain of parts of three, whose last keeps the id and the acceptance", () => {
    expect(parts.map(({ id, depends_on, files, acceptance }) => ({ id, depends_on, files, acceptance }))).toEqual([
      { id: "T007-1", depends_on: ["T001"], files: ["a.ts", "b.ts", "c.ts", "x.ts"], acceptance: [] },
      { id: "T007-2", depends_on: ["T007-1"], files: ["d.py", "e.go", "f.rs", "x.ts"], acceptance: [] },
      { id: "T007", depends_on: ["T007-2"], files: ["g.rb", "x.ts"], acceptance: [{ run: "npm test" }] },
    ]);
    expect(checkComplexity(makeBacklog(parts), "generated", FACTS)).toEqual([]);
    expect(parts[0]?.description).toBe(
      "Do T007.\n\nThis is part 1 of 3: do what concerns a.ts, b.ts, c.ts; later parts do the rest.\n",
    );
  });

  test("only if it has to be; ids and titles stay within their limits", () => {
    expect(splitAlongFiles({ ...task, files: ["a.ts", "b.ts", "c.ts"] }, FACTS)).toHaveLength(1);
    const long = splitAlongFiles({ ...task, id: "T".repeat(32), title: "é".repeat(200) }, FACTS);
    expect(long.map(({ id }) => id.length)).toEqual([32, 32, 32]);
    expect(Math.max(...long.slice(0, -1).map(({ title }) => title.length))).toBeLessThanOrEqual(200);
  });
});
