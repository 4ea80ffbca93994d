import { expect, test } from "bun:test";
import { decideAmendment } from "../../../../src/implementation/supervision/scopeAmendments.ts";
import { newTask, type TaskState } from "../../../../src/recovery/taskState.ts";
import type { Task } from "../../../../src/types.ts";

const task = (id: string, files: readonly string[], status = "pending") =>
  ({ id, title: `Title of ${id}`, files, status }) as unknown as Task;
const TASKS = [task("T1", ["src/a.ts"]), task("T2", ["src/b/**"]), task("T3", ["src/done.ts"], "complete")];

function decide(paths: readonly string[], states: readonly Partial<TaskState>[] = []) {
  const tasks = new Map(states.map((state) => [state.id ?? "", { ...newTask(state.id ?? ""), ...state }]));
  return decideAmendment({ paths, reason: "needed" }, TASKS[0] as Task, TASKS, { tasks });
}

test("a path nobody owns is granted, in its plain form", () => {
  expect(decide(["./src/c.ts", "new/file.md"])).toEqual({ granted: true, paths: ["src/c.ts", "new/file.md"] });
});

test("a path of a task that is still to be done is not, and its owner is named", () => {
  expect(decide(["src/c.ts", "src/b/deep/x.ts"])).toMatchObject({
    granted: false,
    because: "src/b/deep/x.ts belongs to T2 (Title of T2)",
  });
});

test("a path of a complete task belongs to nobody any more, in this run or an earlier one", () => {
  expect(decide(["src/done.ts"]).granted).toBe(true);
  expect(decide(["src/b/x.ts"], [{ id: "T2", phase: "complete" }]).granted).toBe(true);
});

test("what another task was granted is that task's", () => {
  const working = { id: "T2", phase: "working", grantedPaths: ["src/c.ts"] } as const;
  expect(decide(["src/c.ts"], [working])).toMatchObject({
    granted: false,
    because: "src/c.ts belongs to T2 (Title of T2)",
  });
});

test.each([
  [["../x"], "holds an empty segment"],
  [["/etc/passwd"], "is not relative to"],
  [["src/*.ts"], "is no single file"],
  [["src/"], "is no single file"],
  [[".git/config"], "belongs to git"],
  [["opencode.json"], "configures OpenCode"],
  [["tasks/BACKLOG.yaml"], "is written by the commands themselves"],
  [[], "no path was named"],
])("%p is refused: it %s", (paths, because) => {
  const decided = decide(paths);
  expect(decided.granted === false && decided.because).toContain(because);
});
