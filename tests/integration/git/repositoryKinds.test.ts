import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Refusal } from "../../../src/core/refusal.ts";
import { fastForwardUserBranch } from "../../../src/git/fastForward.ts";
import { Git, requireGit } from "../../../src/git/gitProcess.ts";
import { createTrackBranch, publishTrackBranch } from "../../../src/git/trackBranch.ts";
import { inspectRepository } from "../../../src/git/userRepository.ts";
import { Sandbox } from "./support.ts";

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

async function refusal(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Refusal);
  const message = error instanceof Refusal ? error.message : "";
  expect(message.split("\n")).toHaveLength(1);
  return message;
}

/** Slot, snapshot, branch and fast-forward: what every supported kind of repository has to get through. */
async function wholeRound(name: string): Promise<void> {
  const place = await sandbox.open(name);
  const { git } = sandbox;
  const made = await createTrackBranch(git, place.user, place.control, "t", place.user.head);
  expect(made).toEqual({ kind: "created", head: place.user.head });
  await place.slot.rebuild(place.user.head);
  expect(await place.changedPaths(await place.snapshot())).toEqual([]);
  const commit = await place.work({ "new file.txt": "new\n" });
  expect(await place.changedPaths(commit)).toEqual(["added new file.txt"]);
  const published = await publishTrackBranch(git, place.user, place.control, "t", commit, place.user.head);
  expect(published.ok).toBe(true);
  const before = sandbox.run(name, "status", "--porcelain");
  const outcome = await fastForwardUserBranch(git, place.user, { to: commit, trackBranch: "mac/t" });
  expect(outcome).toEqual({ kind: "moved" });
  expect(sandbox.run(name, "status", "--porcelain")).toBe(before);
  expect(sandbox.run(name, "rev-parse", "HEAD", "mac/t")).toBe(`${commit}\n${commit}`);
  sandbox.run(name, "fsck", "--connectivity-only");
}

describe("refused in one line", () => {
  test("no repository, no directory, bare, no commit, no identity", async () => {
    const { git, folder } = sandbox;
    expect(await refusal(inspectRepository(git, folder))).toContain("not in a git repository");
    expect(await refusal(inspectRepository(git, join(folder, "none")))).toContain("no directory");
    mkdirSync(join(folder, "bare"));
    sandbox.run("bare", "init", "-q", "--bare");
    expect(await refusal(inspectRepository(git, join(folder, "bare")))).toContain("bare");
    mkdirSync(join(folder, "fresh"));
    sandbox.run("fresh", "init", "-q");
    expect(await refusal(inspectRepository(git, join(folder, "fresh")))).toContain("no commit yet");
    sandbox.repository("user");
    rmSync(join(folder, "home/.gitconfig"));
    expect(await refusal(inspectRepository(git, join(folder, "user")))).toContain("git config --global user.name");
    const named = new Git({
      ...process.env,
      HOME: folder,
      GIT_AUTHOR_NAME: "Ada",
      GIT_AUTHOR_EMAIL: "ada@example.org",
    });
    const { identity } = await inspectRepository(named, join(folder, "user"));
    expect(identity).toEqual({ name: "Ada", email: "ada@example.org" });
  });

  test("a partial clone whose files are missing, and taken once they are there", async () => {
    sandbox.repository("origin", { "a.txt": "one\n", "deep/b.txt": "two\n" });
    sandbox.run("origin", "config", "uploadpack.allowFilter", "true");
    const url = `file://${join(sandbox.folder, "origin")}`;
    sandbox.run(".", "clone", "-q", "--filter=blob:none", "--no-checkout", url, "user");
    const message = await refusal(inspectRepository(sandbox.git, join(sandbox.folder, "user")));
    expect(message).toContain("partial clone");
    sandbox.run("user", "checkout", "-q");
    await wholeRound("user");
  });

  test("git that is missing or too old", async () => {
    const fake = join(sandbox.folder, "bin");
    expect(await refusal(requireGit(new Git({ PATH: fake })))).toContain("not found");
    sandbox.write("bin/git", "#!/bin/sh\necho git version 2.37.9\n", 0o755);
    expect(await refusal(requireGit(new Git({ PATH: fake })))).toContain("git version 2.37.9");
    await requireGit(sandbox.git);
  });
});

describe("supported", () => {
  test("a subdirectory: its root is found", async () => {
    sandbox.repository("user", { "sub/a.txt": "one\n" });
    const user = await inspectRepository(sandbox.git, join(sandbox.folder, "user/sub"));
    expect(user.root).toBe(join(sandbox.folder, "user"));
    expect(user.branch).toBe("main");
  });

  test("a folder and files with spaces, non-ASCII characters, quotes and newlines", async () => {
    const name = 'my "ünï\ncode" \\ repo';
    sandbox.repository(name, { 'wei"rd\n名前 .txt': "x\n", "tab\t.md": "y\n" });
    await wholeRound(name);
  });

  test("SHA-256", async () => {
    sandbox.repository("user", { "a.txt": "one\n" }, "--object-format=sha256");
    await wholeRound("user");
  });

  test("shallow", async () => {
    sandbox.repository("origin");
    sandbox.commit("origin", { "b.txt": "two\n" }, "second");
    sandbox.run(".", "clone", "-q", "--depth=1", `file://${join(sandbox.folder, "origin")}`, "user");
    expect(sandbox.run("user", "rev-parse", "--is-shallow-repository").trim()).toBe("true");
    await wholeRound("user");
  });

  test("a clone that borrows objects", async () => {
    sandbox.repository("origin");
    sandbox.run(".", "clone", "-q", "--shared", "origin", "user");
    await wholeRound("user");
  });

  test("a linked worktree: its own branch moves, the main one does not", async () => {
    sandbox.repository("main");
    sandbox.run("main", "worktree", "add", "-q", "-b", "side", "../linked");
    const place = await sandbox.open("linked");
    expect(place.user.commonDir).toBe(join(sandbox.folder, "main/.git"));
    await wholeRound("linked");
    expect(existsSync(join(sandbox.folder, "main/new file.txt"))).toBe(false);
    expect(sandbox.run("main", "status", "--porcelain")).toBe("");
  });

  test("sparse: slots hold everything, the user's checkout stays sparse", async () => {
    sandbox.repository("user", { "in/a.txt": "one\n", "out/b.txt": "two\n" });
    sandbox.run("user", "sparse-checkout", "set", "in");
    const place = await sandbox.open("user");
    const commit = await place.work({ "in/a.txt": "new\n", "out/b.txt": "new\n", "out/c.txt": "new\n" });
    await createTrackBranch(sandbox.git, place.user, place.control, "t", place.user.head);
    await publishTrackBranch(sandbox.git, place.user, place.control, "t", commit, place.user.head);
    expect(await fastForwardUserBranch(sandbox.git, place.user, { to: commit, trackBranch: "mac/t" })).toEqual({
      kind: "moved",
    });
    expect(sandbox.run("user", "status", "--porcelain")).toBe("");
    expect(readFileSync(join(sandbox.folder, "user/in/a.txt"), "utf8")).toBe("new\n");
    expect(existsSync(join(sandbox.folder, "user/out"))).toBe(false);
  });

  test("submodules: gitlinks survive, whatever becomes of their folder", async () => {
    sandbox.repository("library");
    sandbox.repository("user");
    sandbox.run("user", "submodule", "--quiet", "add", join(sandbox.folder, "library"), "lib");
    sandbox.run("user", "commit", "-q", "-m", "submodule");
    const place = await sandbox.open("user");
    await place.slot.rebuild(place.user.head);
    rmSync(join(place.slot.directory, "lib"), { recursive: true });
    expect(await place.changedPaths(await place.snapshot())).toEqual([]);
    await sandbox.git.must(["init", "-q", join(place.slot.directory, "lib")], { cwd: place.slot.directory });
    expect(await place.changedPaths(await place.snapshot())).toEqual([]);
    await wholeRound("user");
  });

  test("files behind a filter stay as stored, and a changed one is marked", async () => {
    sandbox.write(
      "home/.gitconfig",
      '[user]\n\tname = A\n\temail = a@b.c\n[filter "up"]\n\tclean = tr a-z A-Z\n\tsmudge = tr A-Z a-z\n\trequired = true\n',
    );
    sandbox.repository("user", { ".gitattributes": "*.bin filter=up\n", "x.bin": "hello\n", "y.txt": "hello\n" });
    await wholeRound("user");
    const place = await sandbox.open("user");
    expect(place.user.filters).toBe(true);
    const commit = await place.work({ "x.bin": "changed\n", "y.txt": "changed\n" });
    const filters = (await place.control.changes(place.user.head, commit)).map((change) => change.filter);
    expect(filters).toEqual(["up", undefined]);
    expect(readFileSync(join(sandbox.folder, "user/x.bin"), "utf8")).toBe("hello\n");
  });

  test("files stored against their end-of-line attributes do not become changes", async () => {
    sandbox.repository("user", { "a.txt": "one\r\ntwo\r\n", "m.bat": "one\r\ntwo\n", "u.txt": "plain\n" });
    sandbox.write("user/.gitattributes", "*.txt text\n*.bat text eol=crlf\n");
    sandbox.run("user", "add", ".gitattributes");
    sandbox.run("user", "commit", "-q", "-m", "attributes");
    const place = await sandbox.open("user");
    await place.slot.rebuild(place.user.head);
    expect(await place.changedPaths(await place.snapshot())).toEqual([]);
    const commit = await place.work({ "u.txt": "changed\r\n" });
    expect(await place.changedPaths(commit)).toEqual(["modified u.txt"]);
    expect(await place.control.readFile(commit, "u.txt")).toBe("changed\n");
  });

  test("a detached HEAD has no branch", async () => {
    sandbox.repository("user");
    sandbox.run("user", "checkout", "-q", "--detach");
    expect((await sandbox.open("user")).user.branch).toBeUndefined();
  });
});
