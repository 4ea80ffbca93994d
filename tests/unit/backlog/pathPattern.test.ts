import { describe, expect, test } from "bun:test";
import { compileScope, parsePathPattern } from "../../../src/backlog/pathPattern.ts";

describe("compileScope", () => {
  test("a folder with or without its slash holds everything below it", () => {
    for (const entry of ["src", "src/"]) {
      const allows = compileScope([entry]);
      expect(["src/a.ts", "src/deep/.hidden", "srcx/a.ts", "lib/src/a.ts"].map(allows)).toEqual([
        true,
        true,
        false,
        false,
      ]);
    }
  });

  test("globs stay within a segment, dots included; ** does not", () => {
    const allows = compileScope(["src/*.ts", "docs/**", "lib/{a,b}/[xy].js"]);
    expect(["src/.a.ts", "src/d/a.ts", "docs/d/e.md", "lib/b/y.js", "lib/c/y.js"].map(allows)).toEqual([
      true,
      false,
      true,
      true,
      false,
    ]);
  });

  test("a path spelled like the entry is always reached", () => {
    expect(compileScope(["app/[id]/(group)/page.tsx"])("app/[id]/(group)/page.tsx")).toBe(true);
  });

  test("no glob is wide enough for git's and OpenCode's own files", () => {
    const allows = compileScope(["**", ".github"]);
    const paths = [
      ".git/hooks/pre-commit",
      "sub/.GITATTRIBUTES",
      ".opencode/plugin/x.js",
      "a/opencode.json",
      ".gitmodules",
    ];
    expect(paths.filter(allows)).toEqual([]);
    expect(allows(".github/workflows/ci.yml")).toBe(true);
  });
});

describe("parsePathPattern", () => {
  test.each([
    "",
    " a",
    "/etc/passwd",
    "C:\\x",
    "~/x",
    "../x",
    "a/../b",
    "a//b",
    "a/./b",
    "a\\b",
    "!a",
    "a\u0000b",
    ".",
    "./",
    "a/[b",
    "a/{b",
    "a}b",
    "x".repeat(1_025),
    "{a,b}".repeat(7),
  ])("refuses %j", (entry) => {
    expect(parsePathPattern(entry).ok).toBe(false);
  });
});

test("wildcards that would take minutes to say no are refused, each in a segment or over all", () => {
  for (const entry of ["*a*a*a*a*b", "**/a/**/b/**/c/**/d/**/e"]) {
    const parsed = parsePathPattern(entry);
    expect(parsed.ok ? "" : parsed.failure).toContain("more than 4 wildcards");
  }
  for (const entry of ["packages/*/src/**/*-*.*.test.*", "***a"]) expect(parsePathPattern(entry).ok).toBe(true);
  const startedAt = performance.now();
  expect(compileScope(["*a*a*a*b"])("a".repeat(200))).toBe(false);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});
