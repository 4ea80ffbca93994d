import { expect, test } from "bun:test";
import { arrangeBacklog } from "../../../../src/backlog/arrangeTasks.ts";
import { checkTasks } from "../../../../src/backlog/checkTasks.ts";
import { formatFinding } from "../../../../src/backlog/diagnostics.ts";
import type { Origin } from "../../../../src/backlog/repositoryFacts.ts";
import type { Task } from "../../../../src/types.ts";
import { makeFacts } from "../facts.ts";
import { makeBacklog, makeTask } from "../fixtures.ts";

const FACTS = makeFacts(
  {
    "src/app.ts": 10,
    "src/server/auth.ts": 10,
    "src/server/session.ts": 10,
    "gen/api.ts": { isGenerated: true },
    latest: 0,
    "src/app/[id].ts": 0,
    "dist/kept.txt": 10,
  },
  {
    submodules: new Set(["vendor/lib"]),
    links: new Set(["latest", "src/app/[id].ts"]),
    isIgnored: (path) => /^(?:build|dist)\//u.test(path) || path.endsWith(".log"),
    isInWorkTree: (path) => path === "src/draft.ts",
  },
);

function said(tasks: readonly Task[], origin: Origin = "person"): readonly string[] {
  return checkTasks(makeBacklog(tasks), origin, FACTS).findings.map(
    (finding) => `${finding.kind} ${finding.severity ?? "error"}: ${formatFinding(finding)}`,
  );
}

test.each([
  ["build/out.js", 'scope error: task A field files: "build/out.js" is ignored by git'],
  ["build/", "is ignored by git"],
  ["build/**", "is ignored by git"],
  ["notes.log", "is ignored by git"],
  ["vendor/lib/a.c", "lies in the submodule vendor/lib"],
  ["latest", 'scope error: task A field files: "latest" is a symbolic link (name what it points to)'],
  ["latest/", '"latest/" is a symbolic link (name what it points to)'],
  ["src/app/[id].ts", '"src/app/[id].ts" is a symbolic link'],
  ["latest/z.js", 'scope error: task A field files: "latest/z.js" cannot be written: latest is a symbolic link'],
  ["latest/**", '"latest/**" cannot be written: latest is a symbolic link (name what it points to)'],
  ["src/app.ts/part.ts", "cannot be written: src/app.ts is a file"],
  ["src/app.ts/**", "cannot be written: src/app.ts is a file"],
  ["gen/api.ts", 'scope warning: task A field files: "gen/api.ts" is made by a program'],
  ["src/server", 'scope warning: task A field files: "src/server" is a folder'],
  [
    "src/sever/**",
    'scope warning: task A field files: "src/sever/**" matches nothing yet: there is no folder src/sever (did you mean src/server?)',
  ],
  ["src/App.ts", "differs from src/app.ts in the case of letters only"],
  ["src/draft.ts", "is in your work tree only, not in the commit the tasks start from; commit it first"],
  [".opencode/x", 'scope error: task A field files: ".opencode/x" configures OpenCode'],
])("%s", (entry, message) => {
  const [only, ...others] = said([makeTask({ id: "A", files: [entry] })]);
  expect(only).toContain(message);
  expect(others).toEqual([]);
});

test.each([
  "src/app.ts",
  "src/new.ts",
  "new/folder/",
  "src/server/",
  "src/**",
  "**/*.ts",
  "dist/kept.txt",
  "dist/**",
  "*",
])("%s may be written", (entry) => {
  expect(said([makeTask({ id: "A", files: [entry] })], "generated")).toEqual([]);
});

test("what a draft names is held to more than what a person names", () => {
  const tasks = [makeTask({ id: "A", files: ["gen/api.ts"], reads: ["src/sesion.ts", "lib/auth.ts"] })];
  expect(said(tasks, "generated").map((line) => line.split(":")[0])).toEqual([
    "scope error",
    "scope error",
    "scope error",
  ]);
  expect(said(tasks, "person").map((line) => line.split(":")[0])).toEqual([
    "scope warning",
    "scope warning",
    "scope warning",
  ]);
  expect(said(tasks)[2]).toContain("(did you mean src/server/auth.ts?)");
});

test("what is read is there, or made by a task before", () => {
  const maker = makeTask({ id: "A", files: ["src/new/**"] });
  const reader = makeTask({ id: "B", reads: ["src/new/x.ts", "src/server", "src/**"] });
  expect(said([maker, { ...reader, depends_on: ["A"] }])).toEqual([
    expect.stringContaining('"src/new/**" matches nothing yet'),
  ]);
  expect(said([maker, reader])[1]).toContain(
    'task B field reads: "src/new/x.ts" is made by A, which B does not wait for (add A to depends_on of B)',
  );
  expect(said([makeTask({ id: "C", files: ["c.ts"], reads: ["c.ts"] })])).toEqual([]);
});

test("what is read through a symbolic link is not looked for", () => {
  expect(said([makeTask({ id: "A", reads: ["latest", "latest/z.js", "latest/**"] })], "generated")).toEqual([]);
});

test("two tasks that create the same file need a path, which a draft is given", () => {
  const tasks = [makeTask({ id: "A", files: ["src/new.ts"] }), makeTask({ id: "B", files: ["src/new.ts"] })];
  expect(said(tasks)).toEqual([
    expect.stringContaining("overlap error: task B field files: B and A could run at once"),
  ]);
  const arranged = arrangeBacklog(makeBacklog(tasks), FACTS);
  expect(arranged.ok && arranged.value.notes).toEqual(["B waits for A: both may write src/new.ts."]);
});

test("a complete task is not held against what came of it", () => {
  expect(said([makeTask({ id: "A", status: "complete", files: ["build/x"], reads: ["gone.ts"] })])).toEqual([]);
});
