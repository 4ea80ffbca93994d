import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fastForwardUserBranch } from "../../../src/git/fastForward.ts";
import { compareFingerprints, takeFingerprint } from "../../../src/git/proofOfNoHarm.ts";
import { createTrackBranch, publishTrackBranch, readTrackBranch, trackRef } from "../../../src/git/trackBranch.ts";
import { Sandbox, type Workplace } from "./support.ts";

let sandbox: Sandbox;
let place: Workplace;
beforeEach(async () => {
  sandbox = new Sandbox();
  sandbox.repository("user", { "a.txt": "one\n", "src/b.txt": "two\n", "tasks/t.md": "t\n", ".gitignore": "*.log\n" });
  for (const hook of ["reference-transaction", "post-checkout", "post-merge", "post-index-change", "post-commit"]) {
    sandbox.write(`user/.git/hooks/${hook}`, `#!/bin/sh\ntouch '${sandbox.folder}/hook-ran'\n`, 0o755);
  }
  rmSync(join(sandbox.folder, "hook-ran"), { force: true });
  place = await sandbox.open("user");
});
afterEach(() => sandbox.remove());

const create = (commit = place.user.head) => createTrackBranch(sandbox.git, place.user, place.control, "t", commit);
const publish = (next: string, expected: string) =>
  publishTrackBranch(sandbox.git, place.user, place.control, "t", next, expected);
const forward = (to: string) => fastForwardUserBranch(sandbox.git, place.user, { to, trackBranch: "mac/t" });

/** Lands one commit with these files on control's ref and on the branch. */
async function land(files: Record<string, string | null>, parent = place.user.head): Promise<string> {
  const commit = await place.work(files, parent);
  expect(await place.control.updateRef(trackRef("t"), commit, parent)).toEqual({ ok: true, value: undefined });
  expect(await publish(commit, parent)).toEqual({ ok: true, value: undefined });
  return commit;
}

describe("control.git", () => {
  test("merges cleanly, names conflicts, and commits with author, time and trailers", async () => {
    const base = place.user.head;
    const one = await place.work({ "a.txt": "ours\n" });
    const other = await place.work({ "src/b.txt": "theirs\n" });
    const rival = await place.work({ "a.txt": "rival\n" });
    const merged = await place.control.mergeTrees(one, other);
    if (merged.kind !== "clean") throw new Error("conflict");
    const message = "T002: both\n\nBody.\n\nMac-Run: r1\nMac-Task: T002\n";
    const options = { tree: merged.tree, parents: [one], message, author: { name: "Ä", email: "a@b.c" } };
    const commit = await place.control.commit({ ...options, time: new Date(1_700_000_000_000) });
    expect(await place.control.commit({ ...options, time: new Date(1_700_000_000_000) })).toBe(commit);
    expect(await place.control.readFile(commit, "src/b.txt")).toBe("theirs\n");
    expect(await place.control.readFile(commit, "src")).toBeUndefined();
    const format = "--format=%H %s %an %(trailers:only=true,unfold=true,separator=%x2C)";
    const { directory } = place.control;
    const log = await sandbox.git.must(["log", "--first-parent", "--reverse", format, `${base}..${commit}`], {
      cwd: directory,
      gitDir: directory,
    });
    const [first, second] = log.trimEnd().split("\n");
    expect(first).toStartWith(`${one} T001: work `);
    expect(second).toBe(`${commit} T002: both Ä Mac-Run: r1,Mac-Task: T002`);
    expect(await place.control.treeOf(commit)).toBe(merged.tree);
    expect(await place.control.mergeTrees(one, rival)).toEqual({ kind: "conflict", paths: ["a.txt"] });
  });

  test("moves a ref for exactly one of many, and says where it is to the others", async () => {
    const base = place.user.head;
    const commits = await Promise.all(
      [1, 2, 3, 4].map(async (n) => place.commit(await place.control.treeOf(base), base, `${n}`)),
    );
    await place.control.pin("refs/mac/tracks/x", base);
    const outcomes = await Promise.all(commits.map((next) => place.control.updateRef("refs/mac/tracks/x", next, base)));
    expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(1);
    const actual = await place.control.readRef("refs/mac/tracks/x");
    for (const outcome of outcomes) if (!outcome.ok) expect(outcome.failure).toEqual({ reason: "moved", actual });
    const again = await place.control.updateRef("refs/mac/tracks/x", base, undefined);
    expect(again).toEqual({ ok: false, failure: { reason: "moved", actual } });
    expect(await place.control.readRef("refs/mac/tracks")).toBeUndefined();
  });

  test("is mended after a crash: no HEAD, and a ref lock left behind", async () => {
    await place.control.pin("refs/mac/tracks/x", place.user.head);
    rmSync(join(place.control.directory, "HEAD"));
    const lock = join(place.control.directory, "refs/mac/tracks/x.lock");
    writeFileSync(lock, "");
    utimesSync(lock, 1, 1);
    const again = await sandbox.open("user");
    const next = await again.commit(await again.control.treeOf(place.user.head));
    expect(await again.control.updateRef("refs/mac/tracks/x", next, place.user.head)).toEqual({
      ok: true,
      value: undefined,
    });
  });
});

describe("the track's branch", () => {
  test("keeps the base through the user's gc, and gets what lands without hook, FETCH_HEAD or pack", async () => {
    expect(await create()).toEqual({ kind: "created", head: place.user.head });
    sandbox.run("user", "-c", "core.hooksPath=/dev/null", "commit", "-q", "--amend", "-m", "amended");
    sandbox.run("user", "-c", "core.hooksPath=/dev/null", "reflog", "expire", "--expire=now", "--all");
    sandbox.run("user", "-c", "core.hooksPath=/dev/null", "gc", "-q", "--prune=now");
    const commit = await land({ "a.txt": "landed\n" });
    expect(await readTrackBranch(sandbox.git, place.user, "t")).toBe(commit);
    expect(sandbox.run("user", "show", "mac/t:a.txt")).toBe("landed");
    expect(existsSync(join(sandbox.folder, "hook-ran"))).toBe(false);
    expect(existsSync(join(sandbox.folder, "user/.git/FETCH_HEAD"))).toBe(false);
  });

  test("goes on with landed work, also when a crash kept the last landing from it", async () => {
    await create();
    const first = await land({ "a.txt": "1\n" });
    expect(await create()).toEqual({ kind: "continues", head: first });
    const second = await place.work({ "a.txt": "2\n" }, first);
    await place.control.updateRef(trackRef("t"), second, first);
    expect(await create()).toEqual({ kind: "continues", head: second });
    expect(await readTrackBranch(sandbox.git, place.user, "t")).toBe(second);
  });

  test("goes on from what the user committed on it, and moves on when they merged it", async () => {
    await create();
    await land({ "a.txt": "1\n" });
    sandbox.run("user", "-c", "core.hooksPath=/dev/null", "checkout", "-q", "mac/t");
    const theirs = sandbox.commit("user", { "a.txt": "by hand\n" }, "by hand");
    sandbox.run("user", "checkout", "-q", "main");
    expect(await create()).toEqual({ kind: "continues", head: theirs });
    sandbox.run("user", "merge", "-q", "mac/t");
    const next = sandbox.commit("user", { "c.txt": "c\n" }, "more");
    place = await sandbox.open("user");
    expect(await create()).toEqual({ kind: "advanced", head: next });
  });

  test("is refused when foreign, rewritten, checked out, or made impossible by another branch", async () => {
    sandbox.run("user", "branch", "mac/t");
    expect(await create()).toMatchObject({ kind: "refused", reason: "foreign" });
    sandbox.run("user", "branch", "-D", "-q", "mac/t");
    sandbox.run("user", "branch", "mac");
    const taken = await create();
    expect(taken).toMatchObject({ kind: "refused", reason: "name-taken" });
    expect(JSON.stringify(taken)).toContain("git branch -m mac <new name>");
    sandbox.run("user", "branch", "-D", "-q", "mac");
    await create();
    const landed = await land({ "a.txt": "1\n" });
    sandbox.run("user", "worktree", "add", "-q", "../look", "mac/t");
    expect(await create()).toMatchObject({ kind: "refused", reason: "checked-out" });
    const next = await place.work({ "a.txt": "2\n" }, landed);
    expect(await publish(next, landed)).toEqual({
      ok: false,
      failure: { reason: "checked-out", path: join(sandbox.folder, "look") },
    });
    expect(sandbox.run("look", "status", "--porcelain")).toBe("");
    sandbox.commit("look", { "x.txt": "x\n" }, "x");
    sandbox.run("look", "commit", "-q", "--amend", "-m", "y");
    sandbox.run("look", "reset", "-q", "--hard", "HEAD^^");
    sandbox.commit("look", { "x.txt": "x\n" }, "rewritten");
    sandbox.run("look", "checkout", "-q", "--detach");
    expect(await create()).toMatchObject({ kind: "refused", reason: "foreign" });
  });

  test("that the user deleted starts anew, and its old work is kept", async () => {
    await create();
    const landed = await land({ "a.txt": "1\n" });
    sandbox.run("user", "branch", "-D", "-q", "mac/t");
    expect(await create()).toEqual({ kind: "created", head: place.user.head });
    expect(await place.control.readRef(`refs/mac/replaced/t/${landed}`)).toBe(landed);
  });
});

describe("the fast-forward", () => {
  const userFile = (path: string) => join(sandbox.folder, "user", path);

  async function expectLeft(to: string, reason: string): Promise<void> {
    const before = await takeFingerprint(sandbox.git, place.user);
    const outcome = await forward(to);
    expect(outcome).toMatchObject({ kind: "left", command: "git merge mac/t" });
    expect(outcome.kind === "left" ? outcome.reason : "").toContain(reason);
    const after = await takeFingerprint(sandbox.git, place.user);
    expect(compareFingerprints(before, after, { refs: [], paths: [] })).toEqual([]);
  }

  test("moves the branch and keeps the user's index, dirty and untracked files; the proof holds", async () => {
    sandbox.write("user/tasks/t.md", "dirty\n");
    sandbox.write("user/.opencode/x.json", "{}");
    sandbox.write("user/staged.txt", "staged\n");
    sandbox.run("user", "add", "staged.txt");
    sandbox.write("user/staged.txt", "staged and changed\n");
    rmSync(join(sandbox.folder, "hook-ran"), { force: true });
    const before = await takeFingerprint(sandbox.git, place.user);
    const status = sandbox.run("user", "status", "--porcelain");
    await create();
    const commit = await land({ "a.txt": "new\n", "src/b.txt": null, "src/c/d.txt": "d\n" });
    rmSync(join(sandbox.folder, "hook-ran"), { force: true });
    expect(await forward(commit)).toEqual({ kind: "moved" });
    expect(existsSync(join(sandbox.folder, "hook-ran"))).toBe(false);
    const after = await takeFingerprint(sandbox.git, place.user);
    expect(compareFingerprints(before, after, { refs: ["refs/heads/mac/t"], fastForwardedTo: commit })).toEqual([]);
    expect(sandbox.run("user", "status", "--porcelain")).toBe(status);
    expect(readFileSync(userFile("a.txt"), "utf8")).toBe("new\n");
    expect(existsSync(userFile("src/b.txt"))).toBe(false);
    expect(sandbox.run("user", "log", "-1", "-g", "--format=%gs")).toBe("multi-agent-coder: fast-forward");
    expect(readdirSync(userFile(".git")).filter((name) => /_HEAD$|\.lock$/.test(name))).toEqual([]);
  });

  test("moves the branch after files that a killed process had moved, and nothing but those", async () => {
    await create();
    const commit = await land({ "a.txt": "new\n", "src/b.txt": null, "src/c/d.txt": "d\n" });
    sandbox.write("user/tasks/t.md", "dirty\n");
    sandbox.run("user", "read-tree", "-m", "-u", place.user.head, commit);
    sandbox.write("user/src/c/d.txt", "mine\n");
    await expectLeft(commit, "a.txt has changes");
    sandbox.write("user/src/c/d.txt", "d\n");
    sandbox.run("user", "status");
    expect(await forward(commit)).toEqual({ kind: "moved" });
    expect(sandbox.run("user", "status", "--porcelain")).toBe(" M tasks/t.md");
    expect(sandbox.run("user", "rev-parse", "HEAD").trim()).toBe(commit);
  });

  test("leaves a path that is dirty, staged, hidden, untracked, ignored, or below a file", async () => {
    await create();
    const commit = await land({ "a.txt": "new\n", "deep/x": "n\n", "dir/e.txt": "e\n" });
    sandbox.write("user/a.txt", "dirty\n");
    await expectLeft(commit, "a.txt has changes");
    sandbox.run("user", "add", "a.txt");
    await expectLeft(commit, "a.txt has changes");
    sandbox.run("user", "reset", "-q", "--hard");
    sandbox.run("user", "update-index", "--assume-unchanged", "a.txt");
    await expectLeft(commit, "assume-unchanged");
    sandbox.run("user", "update-index", "--no-assume-unchanged", "a.txt");
    sandbox.write("user/.git/info/exclude", "deep\n");
    sandbox.write("user/deep", "ignored\n");
    await expectLeft(commit, "deep is there");
    rmSync(userFile("deep"));
    sandbox.write("user/dir/e.txt", "mine\n");
    await expectLeft(commit, "dir/e.txt is there");
    rmSync(userFile("dir/e.txt"));
    mkdirSync(userFile("dir/e.txt"));
    sandbox.write("user/dir/e.txt/inner", "mine\n");
    await expectLeft(commit, "dir/e.txt/inner is there");
  });

  test("leaves a branch that moved, another branch, a detached HEAD and a merge in progress", async () => {
    await create();
    const commit = await land({ "a.txt": "new\n" });
    sandbox.run("user", "checkout", "-q", "-b", "other");
    await expectLeft(commit, "main is no longer checked out");
    sandbox.commit("user", { "o.txt": "o\n" }, "other");
    sandbox.run("user", "checkout", "-q", "main");
    sandbox.run("user", "merge", "-q", "--no-ff", "--no-commit", "other");
    await expectLeft(commit, "a merge is in progress");
    sandbox.run("user", "merge", "--abort");
    sandbox.run("user", "merge", "-q", "other");
    await expectLeft(commit, "main has moved");
    sandbox.run("user", "checkout", "-q", "--detach");
    place = await sandbox.open("user");
    await expectLeft(commit, "detached");
  });

  test("takes everything back when the files cannot be written", async () => {
    await create();
    const commit = await land({ "a.txt": "new\n", "src/b.txt": "new\n", "src/c.txt": "new\n" });
    sandbox.write("user/.git/index.lock", "");
    await expectLeft(commit, "the files could not be written");
    rmSync(userFile(".git/index.lock"));
    if (process.getuid?.() === 0) return;
    chmodSync(userFile("src"), 0o555);
    await expectLeft(commit, "the files could not be written");
    chmodSync(userFile("src"), 0o755);
  });
});

describe("the proof of no harm", () => {
  const differences = async (harm: () => void, allowed = { refs: [] as string[] }) => {
    const before = await takeFingerprint(sandbox.git, place.user);
    harm();
    return compareFingerprints(before, await takeFingerprint(sandbox.git, place.user), allowed);
  };
  const dot = (path: string) => join(sandbox.folder, "user/.git", path);

  test("names every kind of harm, and only that", async () => {
    expect(await differences(() => sandbox.write("user/tasks/BACKLOG.yaml", "x"))).toEqual([]);
    expect(await differences(() => sandbox.run("user", "branch", "stray"))).toEqual(["ref refs/heads/stray is new"]);
    expect(await differences(() => sandbox.run("user", "branch", "own"), { refs: ["refs/heads/own"] })).toEqual([]);
    expect(await differences(() => sandbox.run("user", "config", "alias.x", "!evil"))).toEqual([
      "setting alias.x is new",
    ]);
    expect(await differences(() => appendFileSync(dot("hooks/post-merge"), "#"))).toEqual([
      `hook ${dot("hooks/post-merge")} changed`,
    ]);
    expect(await differences(() => writeFileSync(dot("FETCH_HEAD"), "x"))).toEqual([
      `git file ${dot("FETCH_HEAD")} is new`,
    ]);
    expect(await differences(() => sandbox.write("user/new.txt", "x"))).toEqual(["uncommitted file new.txt is new"]);
    expect(await differences(() => sandbox.write("user/new.txt", "y"))).toEqual(["uncommitted file new.txt changed"]);
    expect(await differences(() => sandbox.write("user/a.txt", "x"))).toEqual(["uncommitted file a.txt is new"]);
    expect(await differences(() => sandbox.run("user", "add", "a.txt"))).toEqual(["staged change of a.txt is new"]);
    expect(await differences(() => sandbox.run("user", "stash", "-q"))).toContain("ref refs/stash is new");
    expect(await differences(() => sandbox.run("user", "worktree", "add", "-q", "--detach", "../extra"))).toEqual([
      `worktree ${join(sandbox.folder, "extra")} is new`,
    ]);
    const moved = await differences(() => sandbox.commit("user", { "a.txt": "z\n" }, "moved"));
    expect(moved.join("\n")).toContain("HEAD is at");
  });

  test("is not disturbed by refreshed stat data", async () => {
    expect(
      await differences(() => {
        utimesSync(join(sandbox.folder, "user/a.txt"), 1, 1);
        sandbox.run("user", "update-index", "--refresh");
      }),
    ).toEqual([]);
  });
});
