import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { compileBacklog } from "../../../src/backlog/compileBacklog.ts";
import { formatDiagnostics, formatWarnings } from "../../../src/backlog/diagnostics.ts";

const HEAD = "version: 1\ntrack_id: a-track\ntitle: A feature\n";

function task(id: string, more = ""): string {
  return `  - id: ${id}\n    title: Title\n    description: Do it.\n    files: [src/${id}.ts]\n${more}`;
}

/** What a user would be shown; empty for a backlog without errors. */
function errorsOf(text: string | Uint8Array): string {
  const bytes = typeof text === "string" ? Buffer.from(text, "utf8") : text;
  const compiled = compileBacklog("tasks/BACKLOG.yaml", bytes);
  return compiled.ok ? "" : formatDiagnostics(compiled.failure);
}

describe("a good backlog", () => {
  test("is read with its defaults filled in and the description word for word", () => {
    const text = `${HEAD}tasks:\n  - id: T001\n    title: One\n    description: |\n      First line.\n\n        - kept "as is"\n    files: [a.ts]\n`;
    const compiled = compileBacklog("f", Buffer.from(text));
    if (!compiled.ok) throw new Error(formatDiagnostics(compiled.failure));
    expect(compiled.value.backlog).toEqual({
      version: 1,
      track_id: "a-track",
      title: "A feature",
      verify: [],
      setup: [],
      tasks: [
        {
          id: "T001",
          title: "One",
          description: 'First line.\n\n  - kept "as is"\n',
          depends_on: [],
          files: ["a.ts"],
          reads: [],
          context: "",
          acceptance: [],
          allow_empty: false,
          network: false,
          status: "pending",
        },
      ],
    });
  });

  test("may have a byte order mark and Windows line ends", () => {
    expect(errorsOf(`\uFEFF${HEAD}tasks:\n${task("T001")}`.replaceAll("\n", "\r\n"))).toBe("");
  });
});

describe("each mistake is named with its place", () => {
  test.each([
    ["empty file", "", "tasks/BACKLOG.yaml:1:1 the file is empty"],
    ["not a mapping", "just text", "tasks/BACKLOG.yaml:1:1 expected a mapping"],
    ["broken YAML", `${HEAD}tasks: [`, "tasks/BACKLOG.yaml:4:9 not valid YAML"],
    ["tabs", `${HEAD}tasks:\n\t- id: T1`, "tasks/BACKLOG.yaml:5:1 a tab is used as indentation"],
    ["two documents", `${HEAD}tasks:\n${task("T001")}---\na: 1\n`, "a second document begins here"],
    [
      "an alias",
      `${HEAD}setup: &s [a]\nverify: *s\ntasks:\n${task("T001")}`,
      "tasks/BACKLOG.yaml:5:9 the alias *s is not",
    ],
    [
      "a repeated key",
      `${HEAD}title: B\ntasks:\n${task("T001")}`,
      'tasks/BACKLOG.yaml:4:1 the key "title" is given twice',
    ],
    ["a tag", `${HEAD}setup: !!binary aGk=\ntasks:\n${task("T001")}`, "tasks/BACKLOG.yaml:4:8"],
    [
      "wrong version",
      `version: 2\n${HEAD.slice(11)}tasks:\n${task("T001")}`,
      "tasks/BACKLOG.yaml:1:1 field version: expected 1, found 2",
    ],
    [
      "unknown key",
      `${HEAD}verfiy: []\ntasks:\n${task("T001")}`,
      'tasks/BACKLOG.yaml:4:1 field verfiy: unknown key "verfiy" (did you mean verify?)',
    ],
    [
      "unknown task key",
      `${HEAD}tasks:\n${task("T001", "    dependson: []\n")}`,
      'task T001 field dependson: unknown key "dependson" (did you mean depends_on?)',
    ],
    [
      "missing id",
      `${HEAD}tasks:\n  - title: x\n    description: x\n    files: [a]\n`,
      'tasks/BACKLOG.yaml:5:5 field id: "id" is missing',
    ],
    ["a bad id", `${HEAD}tasks:\n${task("9x")}`, 'field id: "9x" is not an id'],
    [
      "a number as title",
      `${HEAD.replace("A feature", "12")}tasks:\n${task("T001")}`,
      "field title: expected text, found 12 (put it in quotes)",
    ],
    ["no tasks", `${HEAD}tasks: []\n`, "field tasks: the list is empty"],
    [
      "a command as text",
      `${HEAD}tasks:\n${task("T001", "    acceptance: [npm test]\n")}`,
      'expected a mapping, found "npm test" (write it as {run: …})',
    ],
    [
      "duplicate id",
      `${HEAD}tasks:\n${task("T001")}${task("T001")}`,
      "tasks/BACKLOG.yaml:9:5 task T001 field id: the id is used twice",
    ],
    ["ids that differ by case", `${HEAD}tasks:\n${task("T001")}${task("t001")}`, "letters are compared without case"],
    [
      "unknown dependency",
      `${HEAD}tasks:\n${task("T001")}${task("T002", "    depends_on: [T01]\n")}`,
      "there is no task T01 (did you mean T001?)",
    ],
    [
      "unknown dependency but for the case of letters",
      `${HEAD}tasks:\n${task("C1")}${task("T002", "    depends_on: [c1]\n")}`,
      "there is no task c1 (did you mean C1?)",
    ],
    [
      "a required key without a value",
      `${HEAD}tasks:\n${task("T001").replace("Do it.", "")}`,
      "task T001 field description: expected text, found nothing (give it a value)",
    ],
    [
      "a key without a value",
      `${HEAD}setup:\ntasks:\n${task("T001")}`,
      "field setup: expected a list, found nothing (leave the key out or give it a value)",
    ],
    [
      "a bad path of a task without an id",
      `${HEAD}tasks:\n  - title: x\n    description: x\n    files: [/a]\n`,
      'tasks/BACKLOG.yaml:7:13 field files: "/a" is not relative',
    ],
    ["itself", `${HEAD}tasks:\n${task("T001", "    depends_on: [T001]\n")}`, "the task depends on itself"],
    [
      "absolute path",
      `${HEAD}tasks:\n${task("T001").replace("src/T001.ts", "/etc/passwd")}`,
      'tasks/BACKLOG.yaml:8:13 task T001 field files: "/etc/passwd" is not relative',
    ],
    [
      "path outside",
      `${HEAD}tasks:\n${task("T001").replace("src/T001.ts", "../x")}`,
      'task T001 field files: "../x" holds an empty segment',
    ],
    ["git's own", `${HEAD}tasks:\n${task("T001").replace("src/T001.ts", ".git/config")}`, "belongs to git"],
    ["nothing to write", `${HEAD}tasks:\n${task("T001").replace("src/T001.ts", "")}`, "the task may write nothing"],
    ["too large", `${HEAD}tasks:\n${task("T001").replace("Do it.", "é".repeat(1_200))}`, "at most 2304 reach an agent"],
    ["a control character", `${HEAD}tasks:\n${task("T001").replace("Do it.", '"a\\u0007b"')}`, "field description: "],
  ])("%s", (_, text, expected) => {
    expect(errorsOf(text)).toContain(expected);
  });

  test("a cycle is printed as a path, alone", () => {
    const tasks = `${task("A", "    depends_on: [C]\n")}${task("B", "    depends_on: [A]\n")}${task("C", "    depends_on: [B]\n")}`;
    expect(errorsOf(`${HEAD}tasks:\n${tasks}`)).toContain(
      "task A field depends_on: the tasks wait for one another: A -> C -> B -> A",
    );
  });

  test("not UTF-8, NUL and far too large", () => {
    expect(errorsOf(Buffer.from([0x61, 0x0a, 0xff, 0xfe]))).toBe(
      "tasks/BACKLOG.yaml:2:1 the file is not UTF-8 text; nothing was run",
    );
    expect(errorsOf("a: 1\nb: \0")).toContain(":2:4 the file holds a NUL byte");
    expect(errorsOf(Buffer.alloc(5 * 1024 * 1024, 0x20))).toContain("at most 4194304 are read");
  });

  test("nesting without end is refused, not followed", () => {
    expect(errorsOf(`a: ${"[".repeat(20_000)}`)).toContain("tasks/BACKLOG.yaml:");
  });
});

test("a file whose list is in the wrong order is worked in the right one, and says so", () => {
  const text = `${HEAD}tasks:\n${task("T001", "    depends_on: [T003]\n")}${task("T002")}${task("T003")}`;
  const compiled = compileBacklog("tasks/BACKLOG.yaml", Buffer.from(text));
  if (!compiled.ok) throw new Error(formatDiagnostics(compiled.failure));
  expect(compiled.value.backlog.tasks.map(({ id }) => id)).toEqual(["T002", "T003", "T001"]);
  expect(formatWarnings(compiled.value.warnings)).toEqual([
    "tasks/BACKLOG.yaml:9:18 warning: task T001 field depends_on: T001 is listed before T003, which it depends on; it is worked after it",
  ]);
  const overlapping = text.replace("src/T002.ts", "src/T001.ts");
  expect(errorsOf(overlapping)).toStartWith(
    "tasks/BACKLOG.yaml:8:13 task T001 field files: T001 and T002 could run at",
  );
});

test("every finding says which pass it is from", () => {
  const text = `${HEAD}setup: [sudo x]\ntasks:\n${task("A", "    colour: red\n")}${task("B", "    depends_on: [X]\n")}${task("C").replace("src/C.ts", "/c")}${task("D").replace("Do it.", "x".repeat(2_400))}`;
  const compiled = compileBacklog("f", Buffer.from(text));
  expect(!compiled.ok && compiled.failure.map(({ kind, severity }) => `${kind} ${severity}`)).toEqual([
    "acceptance error",
    "schema error",
    "reference error",
    "scope error",
    "size error",
  ]);
});

test("10,000 wrong names are answered in time", () => {
  const wrong = Array.from({ length: 10_000 }, (_, index) => task(`T${index}`, `    depends_on: [X${index}]\n`));
  expect(errorsOf(`${HEAD}tasks:\n${wrong.join("")}`)).toContain("10000 errors");
});

describe("overlapping files", () => {
  const overlapping = (more: string) =>
    `${HEAD}tasks:\n${task("A").replace("src/A.ts", "src/**")}${task("B")}${task("C", more)}`.replace(
      "src/C.ts",
      "src/new/c.ts",
    );

  test("need a path between the tasks, direct or not", () => {
    const errors = errorsOf(overlapping("    depends_on: [A]\n"));
    expect(errors).toContain(
      'tasks/BACKLOG.yaml:12:13 task B field files: B and A could run at once, and "src/B.ts" may meet "src/**" of A',
    );
    expect(errors).not.toContain("C and A");
    expect(
      errorsOf(
        `${HEAD}tasks:\n${task("A")}${task("B", "    depends_on: [A]\n")}${task("C", "    depends_on: [B]\n").replace("src/C.ts", "src/A.ts")}`,
      ),
    ).toBe("");
  });

  test("many tasks with one file must be ordered among themselves, each with its neighbour", () => {
    const same = (id: string, more = "") => task(id, more).replace(`src/${id}.ts`, "package.json");
    const errors = errorsOf(
      `${HEAD}tasks:\n${same("A")}${same("B", "    depends_on: [A]\n")}${same("C", "    depends_on: [A]\n")}`,
    );
    expect(errors).toContain(
      'C and B could run at once, and both may write "package.json" (add B to depends_on of C, or narrow files)',
    );
  });
});

describe("all errors together", () => {
  test("schema, graph, path and size errors of one file, by line, with a last line that stands alone", () => {
    const bad = `${HEAD}tasks:\n${task("A", "    colour: red\n")}${task("B", "    depends_on: [X]\n")}${task("C").replace("src/C.ts", "/c")}${task("D").replace("Do it.", "x".repeat(2_400))}`;
    const lines = errorsOf(bad).split("\n");
    expect(lines.map((line) => /task (\w) field (\w+)/u.exec(line)?.slice(1).join("."))).toEqual([
      "A.colour",
      "B.depends_on",
      "C.files",
      "D.description",
      "A.colour",
    ]);
    expect(lines.at(-1)).toStartWith("tasks/BACKLOG.yaml: 4 errors; nothing was run. The first is ");
    expect(lines.at(-1)).toEndWith(lines[0]?.slice("tasks/BACKLOG.yaml:".length) ?? "nothing");
  });

  test("what the schema refuses is not refused a second time", () => {
    expect(errorsOf(`${HEAD}tasks:\n${task("A").replace("[src/A.ts]", "src/A.ts")}`)).toBe(
      'tasks/BACKLOG.yaml:8:5 task A field files: expected a list, found "src/A.ts" (write it as a list: [ … ]); nothing was run',
    );
  });
});

test("whatever the bytes, there is a backlog or a place, never an exception", () => {
  const good = `${HEAD}verify: ["npm test"]\ntasks:\n${task("T001", "    acceptance: [{run: x}]\n")}${task("T002", "    depends_on: [T001]\n")}`;
  const pieces = [
    "&a ",
    "*a",
    "{",
    "}",
    "[",
    "]",
    "- ",
    ": ",
    "\t",
    "|\n",
    "!!str ",
    "? ",
    "\r",
    "'",
    '"',
    "%",
    "---\n",
    "\u0000",
    "<<: *a\n",
    "\uFEFF",
    "null",
    "1e999",
    "__proto__: 1\n",
  ];
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat({ max: good.length }), fc.nat({ max: 8 }), fc.constantFrom(...pieces)), {
        minLength: 1,
        maxLength: 4,
      }),
      (edits) => {
        let text = good;
        for (const [at, removed, inserted] of edits) text = text.slice(0, at) + inserted + text.slice(at + removed);
        const errors = errorsOf(text);
        if (errors !== "") expect(errors).toMatch(/^tasks\/BACKLOG\.yaml:\d+:\d+ /u);
      },
    ),
    { numRuns: 500 },
  );
});

test("1,000 tasks that all write one file, in one long chain, need no further dependencies", () => {
  const tasks = Array.from({ length: 1_000 }, (_, index) =>
    task(`T${index}`, index === 0 ? "" : `    depends_on: [T${index - 1}]\n`).replace(
      /files: .*/u,
      "files: [package.json]",
    ),
  );
  expect(errorsOf(`${HEAD}tasks:\n${tasks.join("")}`)).toBe("");
});

test("control characters of the file do not reach the terminal", () => {
  const errors = errorsOf(`${HEAD}tasks:\n${task("A").replace("id: A", 'id: "A\\e[31m\\n"')}`);
  expect(errors).toContain("task A\uFFFD[31m\uFFFD field id");
  expect(errors).not.toMatch(/\p{Cc}/u);
});
