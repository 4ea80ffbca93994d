import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { mergeFileByFile } from "../../../src/git/fileByFileMerge.ts";
import { Sandbox, type Workplace } from "./support.ts";

const LINES = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";

let sandbox: Sandbox;
let place: Workplace;
beforeEach(async () => {
  sandbox = new Sandbox();
  sandbox.repository("user", { "lib/a": "a\n", "lib/b": "b\n", text: LINES, "bin.dat": "\u0000one\n" });
  place = await sandbox.open("user");
});
afterEach(() => sandbox.remove());

/** The merged files by path, with a folder's as one text; undefined: they conflict. */
async function merge(ours: Record<string, string | null>, theirs: Record<string, string | null>) {
  const [one, other] = [await place.work(ours), await place.work(theirs)];
  const { directory } = place.control;
  const options = { cwd: directory, gitDir: directory, isolated: true };
  const sides = { base: place.user.head, ours: one, theirs: other };
  const tree = await mergeFileByFile(sandbox.git, options, sides);
  return tree === undefined ? undefined : place.changedPaths(tree);
}

test("a file lands where it was put, although the folder was moved meanwhile: alone and by git's own merge", async () => {
  const moved = { "lib/a": null, "lib/b": null, "src/a": "a\n", "src/b": "b\n" };
  const expected = ["deleted lib/a", "deleted lib/b", "added lib/c", "added src/a", "added src/b"];
  expect(await merge(moved, { "lib/c": "c\n" })).toEqual(expected);
  const merged = await place.control.mergeTrees(await place.work(moved), await place.work({ "lib/c": "c\n" }));
  expect(merged.kind === "clean" ? await place.changedPaths(merged.tree) : "conflict").toEqual(expected);
});

test("changes of other lines of one file go together, byte for byte; of the same lines they conflict", async () => {
  expect(await merge({ text: LINES.replace("1", "one") }, { text: LINES.replace("9", "nine\r") })).toEqual([
    "modified text",
  ]);
  expect(await merge({ text: LINES.replace("1", "one") }, { text: LINES.replace("1", "uno") })).toBeUndefined();
  expect(await merge({ text: LINES.replace("1", "one") }, { text: LINES.replace("1", "one") })).toEqual([
    "modified text",
  ]);
  expect(await merge({ "bin.dat": "\u0000two\n" }, { "bin.dat": "\u0000three\n" })).toBeUndefined();
});

test("deleted here and changed there, new on both sides, a file where a folder is to be: conflicts", async () => {
  expect(await merge({ text: null }, { text: "other\n" })).toBeUndefined();
  expect(await merge({ new: "1\n" }, { new: "2\n" })).toBeUndefined();
  expect(await merge({ new: "1\n" }, { "new/inner": "2\n" })).toBeUndefined();
  expect(await merge({ "new/inner": "1\n" }, { new: "2\n" })).toBeUndefined();
});

test("a file that becomes a folder, a deletion and a mode are taken as they are", async () => {
  expect(await merge({ "lib/b": "B\n" }, { text: null, "text/inner": "x\n", "lib/a": null })).toEqual([
    "deleted lib/a",
    "modified lib/b",
    "deleted text",
    "added text/inner",
  ]);
  await place.slot.rebuild(place.user.head);
  chmodSync(join(place.slot.directory, "text"), 0o755);
  const executable = await place.commit(await place.snapshot());
  const { directory } = place.control;
  const options = { cwd: directory, gitDir: directory, isolated: true };
  const ours = await place.work({ text: LINES.replace("5", "five") });
  const tree = await mergeFileByFile(sandbox.git, options, { base: place.user.head, ours, theirs: executable });
  const [change] = await place.control.changes(place.user.head, tree ?? "");
  expect(change).toMatchObject({ path: "text", newMode: "100755" });
  expect(await place.control.readFile(tree ?? "", "text")).toContain("five");
});
