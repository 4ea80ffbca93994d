import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TaskScope } from "../../../../src/implementation/supervision/taskScope.ts";
import { WriteFence } from "../../../../src/implementation/supervision/writeFence.ts";
import type { Task } from "../../../../src/types.ts";

let folder = "";
let worktree = "";
const scope = () => new TaskScope({ id: "T1", files: ["src/a.ts", "docs/**", "linked/x.md"] } as unknown as Task, []);
const check = (path: string, of = scope()) => new WriteFence(worktree, of).check(path);

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "mac-fence-")));
  worktree = join(folder, "tree");
  await mkdir(join(worktree, "src"), { recursive: true });
  await mkdir(join(worktree, "docs"));
  await mkdir(join(folder, "outside"));
  await writeFile(join(worktree, "src/a.ts"), "");
  await symlink(join(folder, "outside"), join(worktree, "docs/out"));
  await symlink(join(worktree, "src"), join(worktree, "docs/in"));
  await symlink(join(folder, "nowhere/x"), join(worktree, "docs/dangling"));
  await symlink("self", join(worktree, "docs/self"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  ["src/a.ts", "src/a.ts"],
  ["./src/../src/a.ts", "src/a.ts"],
  ["docs/new/deep/page.md", "docs/new/deep/page.md"],
])("%s may be written", async (given, path) => {
  expect(await check(given)).toEqual({ kind: "open", path });
  expect(await check(join(worktree, given))).toEqual({ kind: "open", path });
});

test.each([
  ["src/b.ts", "is not among the task's files"],
  ["../outside/x", "is outside this work tree"],
  ["/etc/passwd", "is outside this work tree"],
  [".", "is outside this work tree"],
  [".git", "belongs to git"],
  ["docs/.git/config", "belongs to git"],
  ["docs/opencode.json", "configures OpenCode"],
  ["docs/out/x.md", "is outside this work tree"],
  ["docs/in/b.ts", "is not among the task's files"],
  ["docs/dangling", "goes through a symbolic link that leads nowhere"],
  ["docs/dangling/below", "goes through a symbolic link that leads nowhere"],
  ["docs/self", "goes through a symbolic link that leads nowhere"],
])("%s may not: it %s", async (given, because) => {
  expect(await check(given)).toMatchObject({ kind: "closed", because });
});

test("a path through a link is judged by where it leads", async () => {
  expect(await check("docs/in/a.ts")).toEqual({ kind: "open", path: "src/a.ts" });
});

test("a work tree that is itself reached through a link is the same work tree", async () => {
  await symlink(worktree, join(folder, "alias"));
  expect(await new WriteFence(join(folder, "alias"), scope()).check("src/a.ts")).toEqual({
    kind: "open",
    path: "src/a.ts",
  });
});

test("what is granted may be written from then on, and the refusal before says how to ask", async () => {
  const granted = scope();
  const refused = await check("src/b.ts", granted);
  expect(refused.kind === "closed" && new WriteFence(worktree, granted).explain(refused)).toMatch(
    /src\/b\.ts is not among the task's files.*src\/a\.ts, docs\/\*\*.*mac_amend_scope/,
  );
  granted.grant(["src/b.ts"]);
  expect(await check("src/b.ts", granted)).toEqual({ kind: "open", path: "src/b.ts" });
});
