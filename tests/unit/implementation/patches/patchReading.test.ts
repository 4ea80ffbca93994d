import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readPatch } from "../../../../src/implementation/patches/patchReading.ts";

let directory = "";

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "mac-patch-"));
  await mkdir(join(directory, "src"));
  await writeFile(join(directory, "src/a.ts"), "one\ntwo\ntwo\n");
  await symlink("/etc", join(directory, "src/etc"));
  await symlink("a.ts", join(directory, "src/link.ts"));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

const read = (...edits: readonly unknown[]) =>
  readPatch({ edits }, { directory, mayWrite: (path) => path.startsWith("src/") });

test("a patch tells what each file holds afterwards", () => {
  const patch = read(
    { path: "src/a.ts", replace: [{ find: "one", with: "$& 1" }] },
    { path: "./src/new.ts", content: "new\n" },
  );
  expect(patch.ok && [...patch.value]).toEqual([
    ["src/a.ts", "$& 1\ntwo\ntwo\n"],
    ["src/new.ts", "new\n"],
  ]);
  expect(read({ path: "src/a.ts", content: null })).toEqual({ ok: true, value: new Map([["src/a.ts", null]]) });
});

test("one that changes nothing is one", () => {
  expect(read()).toEqual({ ok: true, value: new Map() });
});

const REFUSED: Record<string, readonly [edit: object, why: string]> = {
  "outside the task": [{ path: "other.ts", content: "" }, "is not among the task's files"],
  "outside the work tree": [{ path: "../src/a.ts", content: "" }, "../src/a.ts"],
  "an absolute path": [{ path: "/etc/passwd", content: "" }, "/etc/passwd"],
  "git's own": [{ path: ".git/config", content: "" }, ".git/config"],
  "a pattern": [{ path: "src/*.ts", content: "" }, "is no single file"],
  "through a link": [{ path: "src/etc/hosts", content: "" }, "leads through a symbolic link"],
  "a link itself": [{ path: "src/link.ts", content: "" }, "leads through a symbolic link"],
  "a part that is there twice": [{ path: "src/a.ts", replace: [{ find: "two", with: "2" }] }, 'holds "two" 2 times'],
  "a part that is not there": [{ path: "src/a.ts", replace: [{ find: "six", with: "6" }] }, 'holds "six" 0 times'],
  "a part of no file": [{ path: "src/b.ts", replace: [{ find: "x", with: "" }] }, "is not there"],
  "a deletion of no file": [{ path: "src/b.ts", content: null }, "is not there"],
  "both ways at once": [
    { path: "src/a.ts", content: "", replace: [{ find: "one", with: "" }] },
    "needs either content or replace",
  ],
  "no way at all": [{ path: "src/a.ts" }, "needs either content or replace"],
  "an unknown key": [{ path: "src/a.ts", content: "", mode: "0777" }, "mode"],
};

for (const [what, [edit, why]] of Object.entries(REFUSED)) {
  test(`refused: ${what}`, () => {
    const patch = read(edit);
    expect(patch.ok ? "" : patch.failure).toContain(why);
  });
}

test("all that is wrong is said at once, and a file has one edit", () => {
  const patch = read(
    { path: "x.ts", content: "" },
    { path: "src/a.ts", content: "1" },
    { path: "src/a.ts", content: "2" },
  );
  expect(patch.ok ? [] : patch.failure.split("\n")).toEqual([
    "x.ts is not among the task's files",
    "src/a.ts is named more than once: give each file one edit",
  ]);
});
