import { expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { explainThrown } from "../../../src/commands/brokenMachine.ts";
import { Refusal } from "../../../src/core/refusal.ts";
import { GitError } from "../../../src/git/gitFailure.ts";

const noSpace = Object.assign(new Error("ENOSPC: no space left on device, open '/data/x'"), {
  code: "ENOSPC",
  syscall: "open",
  path: "/data/x",
});

test("a disk that is full is named, with what to do and what is kept", () => {
  expect(explainThrown(noSpace)).toBe(
    "/data/x could not be used (ENOSPC at open): the disk is full; free some space there. What was saved until then is kept: once that is mended, run the same command again.",
  );
});

test("a git command that was killed is shown as it was typed", () => {
  const error = new GitError({ reason: "killed", command: "git write-tree", message: "ended by SIGKILL" });
  expect(explainThrown(error)).toStartWith('"git write-tree" failed: ended by SIGKILL (somebody ended it');
});

test("a refusal is shown as it is", () => {
  expect(explainThrown(new Refusal("no such file"))).toBe("no such file");
});

test("what nobody expects is not explained away", async () => {
  const missing = await readFile("/no/such/file").catch((error: unknown) => error);
  const failed = new GitError({ reason: "failed", command: "git frobnicate", message: "not a git command" });
  for (const error of [new TypeError("x is undefined"), missing, failed, "text", undefined])
    expect(explainThrown(error)).toBeUndefined();
});
