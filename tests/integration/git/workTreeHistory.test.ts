import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { WorkTreeHistory } from "../../../src/git/workTreeHistory.ts";
import { Sandbox, type Workplace } from "./support.ts";

let sandbox: Sandbox;
let place: Workplace;
let history: WorkTreeHistory;
let count = 0;
beforeEach(async () => {
  sandbox = new Sandbox();
  sandbox.repository("user", { "a.txt": "one\n", "src/b.txt": "two\n", ".gitignore": "*.log\n" });
  place = await sandbox.open("user");
  await place.slot.rebuild(place.user.head);
  const { head } = place.user;
  const indexFile = join(place.state.indexes, "slot-1");
  history = place.control.historyOf({ workTree: place.slot.directory, base: head, parent: head, indexFile });
});
afterEach(() => sandbox.remove());

const write = (path: string, content: string) => writeFileSync(join(place.slot.directory, path), content);

async function save() {
  const tree = await history.look();
  if (tree === undefined) return undefined;
  const ref = `refs/mac/checkpoints/test/${++count}`;
  return history.keep(tree, { author: place.user.identity, message: "checkpoint\n", ref });
}

const paths = (changes: readonly { readonly path: string; readonly lines: number }[] = []) =>
  changes.map(({ path, lines }) => `${path} ${lines}`).sort();

test("each one is a commit on the one before it, and says what differs to that and to the base", async () => {
  expect(await save()).toBeUndefined();
  write("a.txt", "one\nmore\n");
  write("new.txt", "x\n");
  const first = await save();
  expect(paths(first?.since)).toEqual(["a.txt 1", "new.txt 1"]);
  expect(await save()).toBeUndefined();

  write("new.txt", "x\ny\n");
  write("later.txt", "z\n");
  const second = await save();
  expect(paths(second?.since)).toEqual(["later.txt 1", "new.txt 1"]);
  expect(paths(second?.cumulative)).toEqual(["a.txt 1", "later.txt 1", "new.txt 2"]);
  const chain = await place.control.commits({ from: place.user.head, to: second?.commit ?? "" });
  expect(chain.map(({ id }) => id)).toEqual([second?.commit ?? "", first?.commit ?? ""]);
  expect(second?.tree).toBe(await place.snapshot());
});

test("what is deleted, replaced by a folder or a link, or as it was again, is seen as in a snapshot made anew", async () => {
  write("new.txt", "x\n");
  await save();
  rmSync(join(place.slot.directory, "src"), { recursive: true });
  write("src", "a file now\n");
  rmSync(join(place.slot.directory, "new.txt"));
  mkdirSync(join(place.slot.directory, "new.txt"));
  write("new.txt/inside", "x\n");
  rmSync(join(place.slot.directory, "a.txt"));
  symlinkSync("src", join(place.slot.directory, "a.txt"));
  write("some.log", "ignored\n");
  const changed = await save();
  expect(changed?.tree).toBe(await place.snapshot());
  expect(changed?.cumulative.map(({ path }) => path).sort()).toEqual(["a.txt", "new.txt/inside", "src", "src/b.txt"]);

  await place.slot.rebuild(place.user.head);
  const back = await save();
  expect(back?.cumulative).toEqual([]);
  expect(back?.tree).toBe(await place.control.treeOf(place.user.head));
});
