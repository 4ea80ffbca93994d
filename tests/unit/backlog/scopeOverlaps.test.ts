import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { addOverlapEdges } from "../../../src/backlog/overlapEdges.ts";
import { checkOverlaps } from "../../../src/backlog/passes/overlaps.ts";
import { compileScope } from "../../../src/backlog/pathPattern.ts";
import { scopeOverlaps } from "../../../src/backlog/scopeOverlaps.ts";
import { pathFinder } from "../../../src/backlog/taskGraph.ts";
import type { Task } from "../../../src/types.ts";
import { makeBacklog, makeTask } from "./fixtures.ts";

function patternsOverlap(a: string, b: string): boolean {
  return [...scopeOverlaps([{ files: [a] }, { files: [b] }])].length > 0;
}

describe("two entries", () => {
  test.each([
    ["src/a.ts", "src/a.ts"],
    ["src", "src/a.ts"],
    ["src/", "src/deep/a.ts"],
    ["src/**", "src/a.ts"],
    ["**/*.test.ts", "tests/unit/x.test.ts"],
    ["src/*.ts", "src/a*"],
    ["src/{a,b}.ts", "src/b.ts"],
    ["src/[a-m]*.ts", "src/main.ts"],
    ["src/?.ts", "src/[!b].ts"],
    ["**/index.ts", "src/**/*.ts"],
    ["README.md", "readme.md"],
    ["app/[id]/page.tsx", "app/[id]/page.tsx"],
    ["app/[id]/page.tsx", "app/i/page.tsx"],
    ["src/**/x/**", "src/x"],
    ["a/**/b/*.ts", "a/b/c.ts"],
    ["./src/a.ts", "src/a.ts"],
  ])("%s and %s can meet", (a, b) => {
    expect(patternsOverlap(a, b)).toBe(true);
    expect(patternsOverlap(b, a)).toBe(true);
  });

  test.each([
    ["src/a.ts", "src/b.ts"],
    ["src/a", "src/ab"],
    ["src/*.ts", "src/deep/a.ts"],
    ["src/*.ts", "src/a.js"],
    ["src/**", "tests/**"],
    ["src/[a-c].ts", "src/[x-z].ts"],
    ["src/{a,b}.ts", "src/c.ts"],
    ["*.md", "docs/a.md"],
    ["src/?.ts", "src/ab.ts"],
    ["app/(group)/**", "app/group/x.ts"],
  ])("%s and %s cannot meet", (a, b) => {
    expect(patternsOverlap(a, b)).toBe(false);
    expect(patternsOverlap(b, a)).toBe(false);
  });

  test("an entry that cannot be read overlaps everything", () => {
    expect(patternsOverlap("src/[a", "docs/b")).toBe(true);
  });

  test("is never false when one path is in both scopes", () => {
    const part = fc.constantFrom(
      "a",
      "b",
      "A",
      "ab",
      ".a",
      "*",
      "?",
      "a*",
      "[ab]",
      "[!a]",
      "[A-C]",
      "**",
      "{a,b}",
      "{a/b,c}",
      "(a)",
      "a+",
      "a**b",
      "b{,c}",
    );
    const entry = fc
      .tuple(fc.array(part, { minLength: 1, maxLength: 4 }), fc.boolean())
      .map(([parts, folder]) => parts.join("/") + (folder ? "/" : ""));
    const path = fc
      .array(fc.constantFrom("a", "b", "c", "A", "ab", "ba", "aab", ".a", "(a)", "a+", "[ab]", "[!a]", "!", "bc"), {
        minLength: 1,
        maxLength: 5,
      })
      .map((segments) => segments.join("/"));
    fc.assert(
      fc.property(entry, entry, fc.array(path, { minLength: 30, maxLength: 60 }), (a, b, paths) => {
        const [inA, inB] = [compileScope([a]), compileScope([b])];
        const shared = paths.find((candidate) => inA(candidate) && inB(candidate));
        if (shared !== undefined) expect(patternsOverlap(a, b), `${a} and ${b} share ${shared}`).toBe(true);
      }),
      { numRuns: 1_500 },
    );
  });
});

test("of tasks with the very same entry only neighbours are compared", () => {
  const overlaps = [...scopeOverlaps([{ files: ["a"] }, { files: ["b"] }, { files: ["a"] }, { files: ["a/"] }])];
  expect(overlaps.map(({ first, second }) => [first, second])).toEqual([
    [0, 2],
    [2, 3],
  ]);
});

test("all overlapping tasks are ordered exactly when the pairs that are given are, and a draft's are in the end", () => {
  const entry = fc.constantFrom(
    "a",
    "a/b",
    "a/b/c",
    "a/*",
    "a/**",
    "**/c",
    "b",
    "b/*.ts",
    "b/x.ts",
    "**",
    "{a,b}/c",
    "d",
  );
  const tasks = fc
    .array(fc.tuple(fc.uniqueArray(entry, { minLength: 1, maxLength: 3 }), fc.array(fc.nat(), { maxLength: 3 })), {
      minLength: 2,
      maxLength: 12,
    })
    .map((rows) =>
      rows.map(([files, earlier], index) =>
        makeTask({
          id: `T${index}`,
          files,
          depends_on: index === 0 ? [] : [...new Set(earlier.map((number) => `T${number % index}`))],
        }),
      ),
    );
  const isOrdered = (list: readonly Task[]) => {
    const hasPath = pathFinder(list);
    return list.every((second, index) =>
      list.slice(0, index).every((first) => {
        const overlap = first.files.some((a) => second.files.some((b) => patternsOverlap(a, b)));
        return !overlap || hasPath(first.id, second.id);
      }),
    );
  };
  fc.assert(
    fc.property(tasks, (list) => {
      expect(checkOverlaps(makeBacklog(list), list, pathFinder(list)).length === 0).toBe(isOrdered(list));
      expect(isOrdered(addOverlapEdges(list).tasks)).toBe(true);
    }),
    { numRuns: 400 },
  );
});

test("patterns that would take minutes to compare are refused", () => {
  const list = Array.from({ length: 3_000 }, (_, index) => makeTask({ id: `T${index}`, files: [`**/a${index}/*.ts`] }));
  const findings = checkOverlaps(makeBacklog(list), list, pathFinder(list));
  expect(findings.map(({ message }) => message)).toEqual([expect.stringContaining("too many patterns")]);
});
