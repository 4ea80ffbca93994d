import { expect, test } from "bun:test";
import { toolCallOf } from "../../../src/host/toolCalls.ts";

test.each([
  ["write", { filePath: "/w/a.ts", content: "x" }, "write", ["/w/a.ts"]],
  ["edit", { filePath: "a.ts", oldString: "", newString: "" }, "write", ["a.ts"]],
  ["read", { filePath: "a.ts" }, "read", ["a.ts"]],
  ["grep", { pattern: "x", path: "src" }, "read", ["src"]],
  ["bash", { command: "rm -rf x" }, "shell", []],
  ["webfetch", { url: "https://example.org" }, "other", []],
])("%s of %p", (tool, args, does, paths) => {
  expect(toolCallOf("c1", tool, args)).toMatchObject({ id: "c1", tool, does, paths });
});

test("a patch writes every file its text names, and where it moves one to", () => {
  const patchText = [
    "*** Begin Patch",
    "*** Update File: src/a.ts",
    "*** Move to: src/b.ts",
    "@@",
    "-*** Add File: not/this",
    "*** Add File: new file.md  ",
    "*** Delete File: old.md",
    "*** End Patch",
  ].join("\n");
  expect(toolCallOf("c", "apply_patch", { patchText }).paths).toEqual([
    "src/a.ts",
    "src/b.ts",
    "new file.md",
    "old.md",
  ]);
});

test("the same arguments in another order are the same call, others are not", () => {
  const print = (args: unknown) => toolCallOf("c", "bash", args).fingerprint;
  expect(print({ command: "x", timeout: 1 })).toBe(print({ timeout: 1, command: "x" }));
  expect(print({ command: "x" })).not.toBe(print({ command: "y" }));
  expect(toolCallOf("c", "bash", { command: "x" }).fingerprint).not.toBe(
    toolCallOf("c", "sh", { command: "x" }).fingerprint,
  );
});

test("arguments that are no object name nothing", () => {
  expect(toolCallOf("c", "write", "text")).toMatchObject({ does: "write", paths: [] });
  expect(toolCallOf("c", "write", null)).toMatchObject({ paths: [] });
});
