import { describe, expect, test } from "bun:test";
import { failureFromEnd, reasonFromStderr } from "../../../src/git/gitFailure.ts";
import { Git, parseGitVersion, splitNul } from "../../../src/git/gitProcess.ts";
import { parseStatus } from "../../../src/git/porcelainStatus.ts";
import { parseRawDiff } from "../../../src/git/rawDiff.ts";
import { parseWorktreeList } from "../../../src/git/worktreeList.ts";

test("git versions of all vendors", () => {
  expect(parseGitVersion("git version 2.39.5 (Apple Git-154)\n")).toEqual([2, 39]);
  expect(parseGitVersion("git version 2.45.0.windows.1")).toEqual([2, 45]);
  expect(parseGitVersion("command not found")).toBeUndefined();
});

test("NUL-terminated fields keep empty ones and newlines", () => {
  expect(splitNul("")).toEqual([]);
  expect(splitNul("a\n\0\0b\0")).toEqual(["a\n", "", "b"]);
});

test("git's complaints become reasons", () => {
  expect(reasonFromStderr("fatal: not a git repository (or any of the parent directories): .git")).toBe(
    "not-a-repository",
  );
  expect(reasonFromStderr("fatal: detected dubious ownership in repository at '/x'")).toBe("unsafe-ownership");
  expect(reasonFromStderr("fatal: Unable to create '/x/index.lock': File exists.\n")).toBe("locked");
  expect(reasonFromStderr("error: unable to write file: No space left on device")).toBe("disk-full");
  expect(reasonFromStderr("fatal: bad object 1234")).toBe("missing-object");
  expect(reasonFromStderr("fatal: something new")).toBe("failed");
});

test("a process without an exit status says what happened to it", () => {
  expect(failureFromEnd({ reason: "timeout", afterMs: 1500 }, "git x", true)).toEqual({
    reason: "timeout",
    command: "git x",
    message: "took longer than 1.5 s",
  });
  expect(failureFromEnd({ reason: "not-started", message: "ENOENT" }, "git x", true).reason).toBe("git-missing");
  expect(failureFromEnd({ reason: "not-started", message: "ENOENT" }, "git x", false).reason).toBe("no-such-directory");
});

test("none of the user's GIT_ variables or secrets reaches git", () => {
  const { environment } = new Git({ GIT_DIR: "/x", GIT_INDEX_FILE: "/y", API_KEY: "k", HOME: "/h", LC_ALL: "de_DE" });
  expect(environment).toEqual({ HOME: "/h", LC_ALL: "C", GIT_TERMINAL_PROMPT: "0", GIT_OPTIONAL_LOCKS: "0" });
});

describe("raw differences", () => {
  const [a, b, none] = ["a".repeat(40), "b".repeat(40), "0".repeat(40)];

  test("have a kind by their modes, and any path", () => {
    const output = [
      `:000000 100644 ${none} ${a} A\0new\nline\0`,
      `:100644 100755 ${a} ${b} M\0:100 x\0`,
      `:100644 120000 ${a} ${b} T\0link\0`,
      `:160000 000000 ${a} ${none} D\0sub\0`,
    ].join("");
    expect(parseRawDiff(output).map(({ kind, path }) => [kind, path])).toEqual([
      ["added", "new\nline"],
      ["modified", ":100 x"],
      ["type-changed", "link"],
      ["deleted", "sub"],
    ]);
  });

  test("that are none are not guessed at", () => {
    expect(() => parseRawDiff("garbage\0path\0")).toThrow("Not a raw diff record");
  });
});

test("status entries: tracked, unmerged and untracked, with spaces in paths", () => {
  const output = [
    "1 .M N... 100644 100644 100644 aaa aaa my file\0",
    "1 A. N... 000000 100644 100644 000 bbb added\0",
    "u UU N... 100644 100644 100644 100644 1 2 3 both ways\0",
    "? un tracked\n\0",
  ].join("");
  expect(parseStatus(output).map(({ kind, path }) => [kind, path])).toEqual([
    ["tracked", "my file"],
    ["tracked", "added"],
    ["unmerged", "both ways"],
    ["untracked", "un tracked\n"],
  ]);
  const [touched] = parseStatus("1 MM N... 100644 100644 100755 aaa bbb x\0");
  const [untouched] = parseStatus("1 M. N... 100644 100644 100644 aaa bbb x\0");
  expect(touched?.staged).toBe(untouched?.staged ?? "missing");
});

test("worktrees with a branch, detached, and with a newline in the path", () => {
  const output = "worktree /a\0HEAD 1\0branch refs/heads/main\0\0worktree /b\nc\0HEAD 2\0detached\0\0";
  expect(parseWorktreeList(output)).toEqual([
    { path: "/a", branch: "refs/heads/main" },
    { path: "/b\nc", branch: undefined },
  ]);
});
