import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  assembleWorkerMessage,
  compileTaskMessage,
  projectContext,
  roomForLessons,
} from "../../../src/backlog/taskMessage.ts";
import { utf8Length } from "../../../src/core/utf8.ts";
import { lessonOf, lessonsText } from "../../../src/rebasing/lessons.ts";
import type { Mess } from "../../../src/rebasing/mess.ts";
import type { Lesson } from "../../../src/recovery/taskState.ts";
import { makeBacklog, makeTask } from "../backlog/fixtures.ts";
import { anyMess, anyTextAtAll } from "./messes.ts";

const WORK_TREE = "/home/someone/.local/share/app/repo-1a2b/slot-1";
const acceptance = (more: Partial<Mess>): Mess => ({
  mess: "acceptance",
  says: "'npm test' failed with exit status 1",
  command: "npm test",
  ...more,
});
const lesson = (text: string, attempt = 1): Lesson => ({ attempt, model: undefined, mess: "acceptance", text });

describe("lessonOf", () => {
  test("holds the failing check, the failed assertion with file and line, and the constraint", () => {
    const mess = acceptance({
      assertions: [{ says: "expected 3\n  to equal 4", test: "adds", file: `${WORK_TREE}/tests/a.test.ts`, line: 12 }],
      printed: "much else",
    });
    expect(lessonOf(mess, [WORK_TREE])).toBe(
      "'npm test' failed with exit status 1\n> tests/a.test.ts:12 (adds): expected 3\n>   to equal 4\nMake this pass before you stop.",
    );
  });

  test("names the files it needed", () => {
    const paths = ["src/one.ts", `${WORK_TREE}/src/two.ts`, "src/two.ts"];
    const text = lessonOf({ mess: "scope", says: "changed outside: src/one.ts", paths }, [WORK_TREE]);
    expect(text).toContain("changed outside: src/one.ts\nIt is about: src/two.ts\n");
    expect(text).toContain("mac_amend_scope");
    const many = Array.from({ length: 400 }, (_, index) => `src/folder/file-${index}.ts`);
    expect(lessonOf({ mess: "conflict", says: "conflict", paths: many }, [])).toMatch(/file-4\.ts and 395 more/);
  });

  test("work trees are stripped however they are spelled, and only they", () => {
    const spaced = "/tmp/a b/slot-1";
    const printed = [
      `at file:///tmp/a%20b/slot-1/src/a.mjs:3:1 Error`,
      `at ${spaced}/src/b.mjs:4:1 Error`,
      `Error in ${spaced}: no`,
      `at ${spaced}0/src/c.mjs:5:1 Error`,
    ].join("\n");
    expect(lessonOf(acceptance({ printed }), [spaced])).toContain(
      `> at src/a.mjs:3:1 Error\n> at src/b.mjs:4:1 Error\n> Error in .: no\n> at ${spaced}0/src/c.mjs:5:1 Error\n`,
    );
  });

  test("of a huge assertion both ends, of the next ones their beginning", () => {
    const huge = `expected BEGIN ${"x".repeat(2_000)} END to be empty`;
    const text = lessonOf(
      acceptance({
        assertions: [
          { says: huge, file: "a.ts", line: 1 },
          { says: huge, file: "b.ts", line: 2 },
        ],
      }),
      [],
    );
    expect(text).toMatch(/^> a\.ts:1: expected BEGIN x{50,} … x{50,} END to be empty$/m);
    expect(text).toMatch(/^> b\.ts:2: expected BEGIN x/m);
    expect(utf8Length(text)).toBe(600);
  });

  test("finds what failed in output that no parser knows, wherever it stands", () => {
    const noise = (word: string) =>
      Array.from({ length: 60 }, (_, index) => `${word} step ${index} is done`).join("\n");
    const failures = [
      "cart.lua:14: total should be 0 but is nil",
      'File "cart.py", line 14, in total\n    return sum(prices)\nTypeError: unsupported operand',
      "cart.rb:14:in `total': undefined method\n  Diff:\n  -0\n  +nil",
    ];
    for (const failed of failures) {
      for (const printed of [
        `${noise("a")}\n${failed}\n${noise("b")}`,
        `${failed}\n${noise("b")}`,
        `${noise("a")}\n${failed}`,
      ]) {
        const text = lessonOf(acceptance({ printed }), []);
        for (const line of failed.split("\n")) expect(text).toContain(`> ${line.trim()}\n`);
      }
    }
  });

  test("an assertion without a place is told with the places in the output", () => {
    const mess = acceptance({
      assertions: [{ says: "expected 1" }],
      printed: "ok\n    at total (src/cart.ts:14:3)\nok",
    });
    expect(lessonOf(mess, [])).toMatch(/> expected 1\n(?:.*\n)*> at total \(src\/cart\.ts:14:3\)\n/);
  });

  test("a person's words are told as far as there is room", () => {
    const says = `Not like this. ${"Use the store. ".repeat(25)}Thank you.`;
    expect(lessonOf({ mess: "rejected", says }, [])).toContain(says);
  });

  test("what an agent was seen doing is told where nothing was printed", () => {
    const text = lessonOf(
      { mess: "drift", says: "stopped", signals: ["9 writes refused", "one call repeated 12 times"] },
      [],
    );
    expect(text).toContain("> 9 writes refused\n> one call repeated 12 times\n");
  });

  test("any mess: at most 600 bytes, the same each time, nothing hidden, no line of it looks like ours", () => {
    fc.assert(
      fc.property(anyMess, (mess) => {
        const text = lessonOf(mess, [WORK_TREE]);
        expect(utf8Length(text)).toBeLessThanOrEqual(600);
        expect(lessonOf(mess, [WORK_TREE])).toBe(text);
        expect(text).not.toMatch(/(?!\n|\t)[\p{Cc}\p{Cs}\u{202e}]/u);
        const [says, ...rest] = text.split("\n");
        expect(says).toBeDefined();
        const ours = rest.filter((line) => !line.startsWith("> "));
        expect(ours.length).toBeLessThanOrEqual(mess.paths?.length ? 2 : 1);
      }),
      { numRuns: 150 },
    );
  });
});

describe("lessonsText", () => {
  test("tells the latest first; older ones lose their end, then give way", () => {
    const lessons = [1, 2, 3].map((attempt) => lesson(`first ${attempt}\nsecond ${attempt}`, attempt));
    const whole = [3, 2, 1].map((attempt) => `Attempt ${attempt} failed: first ${attempt}\nsecond ${attempt}`);
    expect(lessonsText(lessons, 1_000)).toBe(whole.join("\n"));
    expect(lessonsText(lessons, 2 * 34)).toBe(`${whole[0]}\nAttempt 2 failed: first 2`);
    expect(lessonsText(lessons, 40)).toBe(whole[0] ?? "");
    expect(lessonsText(lessons, 30)).toBe("Attempt 3 failed: first 3");
    expect(lessonsText(lessons, 20)).toMatch(/^Attempt 3 …/);
  });

  test("what was learned twice is told once", () => {
    expect(lessonsText([lesson("same", 1), lesson("other", 2), lesson("same", 3)], 1_000)).toBe(
      "Attempt 3 failed: same\nAttempt 2 failed: other\nAttempt 1 failed in the same way as attempt 3.",
    );
  });

  test("any lessons in any room: never more bytes than that, and never nothing where there is room", () => {
    const anyLesson = anyTextAtAll(700);
    fc.assert(
      fc.property(fc.array(anyLesson, { maxLength: 6 }), fc.integer({ min: -50, max: 2_000 }), (texts, room) => {
        const text = lessonsText(
          texts.map((one, index) => lesson(one, index + 1)),
          room,
        );
        expect(utf8Length(text)).toBeLessThanOrEqual(Math.max(0, room));
        expect(text === "").toBe(texts.length === 0 || room <= 0);
      }),
      { numRuns: 150 },
    );
  });
});

test("the largest task still tells a second attempt the failing assertion with file and line, whole", () => {
  const says = "expected [ 1, 2, 3 ] to deeply equal [ 1, 2, 4 ]";
  const mess = acceptance({
    command: `npm test -- ${"--flag ".repeat(60)}`,
    assertions: [
      {
        says,
        test: `a ${"long ".repeat(100)}name`,
        file: `${WORK_TREE}/packages/core/tests/deep/a.test.ts`,
        line: 1_234,
      },
    ],
    printed: "noise\n".repeat(1_000),
    paths: ["src/a.ts"],
  });
  const empty = compileTaskMessage(
    makeTask({ id: "T001", description: "" }),
    projectContext(makeBacklog([])),
    undefined,
    "essential",
  );
  if (!empty.ok) throw new Error("too large");
  const description = "d".repeat(2_304 - empty.value.bytes);
  const task = makeTask({ id: "T001", description });
  const compiled = compileTaskMessage(task, projectContext(makeBacklog([task])), undefined, "essential");
  if (!compiled.ok) throw new Error("too large");
  expect(compiled.value.bytes).toBeGreaterThan(2_290);

  const lessons = [1, 2, 3].map((attempt) => lesson(lessonOf(mess, [WORK_TREE]), attempt));
  const message = assembleWorkerMessage(compiled.value, {
    lessons: lessonsText(lessons, roomForLessons(compiled.value)),
  });
  expect(message.ok && message.value).toContain("packages/core/tests/deep/a.test.ts:1234 ");
  expect(message.ok && message.value).toContain(says);
  expect(message.ok && message.value).toContain("\nMake this pass before you stop.\n");
});
