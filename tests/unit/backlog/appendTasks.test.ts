import { describe, expect, test } from "bun:test";
import { appendTasks } from "../../../src/backlog/appendTasks.ts";
import { parseBacklogDocument } from "../../../src/backlog/backlogDocument.ts";
import { compileBacklog } from "../../../src/backlog/compileBacklog.ts";
import { formatDiagnostics } from "../../../src/backlog/diagnostics.ts";
import type { Backlog, Task } from "../../../src/types.ts";
import { makeTask } from "./fixtures.ts";

const NEW: readonly Task[] = [
  makeTask({ id: "G101", depends_on: ["A"], description: "Do it.\n\n  - indented: yes\n", acceptance: [{ run: "x" }] }),
  makeTask({ id: "G102", depends_on: ["G101"], title: "With: a colon # and a hash", context: "one\ntwo" }),
];

function compiled(text: string): Backlog {
  const result = compileBacklog("tasks/BACKLOG.yaml", Buffer.from(text));
  if (!result.ok) throw new Error(`${formatDiagnostics(result.failure)}\n${text}`);
  return result.value.backlog;
}

function append(text: string, note = "Gap plan 1."): string {
  const document = parseBacklogDocument("tasks/BACKLOG.yaml", Buffer.from(text));
  if (!document.ok) throw new Error(formatDiagnostics(document.failure));
  return appendTasks(document.value, NEW, note) ?? "nothing to add to";
}

const HEAD = "version: 1\ntrack_id: a-track\ntitle: A\n";
const TASK = "id: A\n    title: One\n    description: Do A.\n    files: [a.ts]\n";

const LAYOUTS: Readonly<Record<string, string>> = {
  "as we write it": `${HEAD}tasks:\n  - ${TASK}`,
  "list at the margin": `${HEAD}tasks:\n- id: A\n  title: One\n  description: Do A.\n  files:\n  - a.ts\n`,
  "deep indentation": `${HEAD}tasks:\n        - id: A\n          title: One\n          description: Do A.\n          files: [a.ts]\n`,
  "no line end at the end": `${HEAD}tasks:\n  - ${TASK.trimEnd()}`,
  "comments at the end": `${HEAD}tasks:\n  - ${TASK}    # about A\n\n  # about all\n# of the file\n`,
  "keys after the tasks": `version: 1\ntrack_id: a-track\ntasks:\n  - ${TASK}# the name\ntitle: A\n`,
  "a block that keeps its blank lines": `${HEAD}tasks:\n  - id: A\n    title: One\n    files: [a.ts]\n    description: |+\n      Do A.\n\n\n`,
  "a folded block at the end": `${HEAD}tasks:\n  - id: A\n    title: One\n    files: [a.ts]\n    description: >\n      Do A.\n      And more.\n`,
  "a text over several lines": `${HEAD}tasks:\n  - id: A\n    files: [a.ts]\n    description: Do A.\n    title: One\n      and two\n`,
  "dash on a line of its own": `${HEAD}tasks:\n  -\n    ${TASK}`,
  "a task in braces": `${HEAD}tasks:\n  - {id: A, title: One, description: Do A., files: [a.ts]} # short\n`,
  "line ends of Windows": `${HEAD}tasks:\n  - ${TASK}`.replaceAll("\n", "\r\n"),
  "a byte order mark": `\uFEFF${HEAD}tasks:\n  - ${TASK}`,
  "tasks at the top, with the mark": `\uFEFFtasks:\n  - ${TASK}${HEAD}`,
};

describe("tasks added to a file", () => {
  test.each(Object.entries(LAYOUTS))("%s: nothing else changes", (_, text) => {
    const next = append(text);
    const before = compiled(text);
    expect(compiled(next)).toEqual({ ...before, tasks: [...before.tasks, ...NEW] });
    // What was there stands as it stood, in two pieces at most.
    const lines = next.split(/\r?\n/u);
    const kept = text.split(/\r?\n/u).filter((line) => line !== "");
    expect(lines.filter((line) => kept.includes(line))).toEqual(kept);
    expect(next).toContain("# Gap plan 1.");
    expect(next.includes("\r\n")).toBe(text.includes("\r\n"));
    if (text.includes("\r\n")) expect(next.replaceAll("\r\n", "")).not.toContain("\n");
  });

  test("a list in brackets is laid out as lines", () => {
    const text = `# ours\n${HEAD}tasks: [{id: A, title: One, description: Do A., files: [a.ts]}] # all\n`;
    const next = append(text);
    expect(compiled(next).tasks).toEqual([...compiled(text).tasks, ...NEW]);
    expect(next).toContain("# ours");
    expect(next).toContain("# Gap plan 1.");
  });

  test("twice in a row", () => {
    const once = append(LAYOUTS["as we write it"] ?? "");
    const document = parseBacklogDocument("b", Buffer.from(once));
    const more = [makeTask({ id: "G201", files: ["z.ts"] })];
    const twice = document.ok ? appendTasks(document.value, more, "Gap plan 2.") : undefined;
    expect(compiled(twice ?? "").tasks.map((task) => task.id)).toEqual(["A", "G101", "G102", "G201"]);
  });

  test("a comment cannot become more than a comment", () => {
    const next = append(LAYOUTS["as we write it"] ?? "", "one\nverify: [rm]\u2028two");
    expect(compiled(next).verify).toEqual([]);
  });
});
