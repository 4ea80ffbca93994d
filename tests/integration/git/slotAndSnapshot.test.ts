import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { takeFingerprint } from "../../../src/git/proofOfNoHarm.ts";
import { Slot } from "../../../src/git/slot.ts";
import { Sandbox, type Workplace } from "./support.ts";

let sandbox: Sandbox;
let place: Workplace;
beforeEach(async () => {
  sandbox = new Sandbox();
  sandbox.repository("user", { "a.txt": "one\n", "src/b.txt": "two\n", ".gitignore": "*.log\n" });
  sandbox.write("user/.git/info/exclude", "secret.*\n");
  sandbox.write("home/.config/git/ignore", "*.swp\n");
  sandbox.run("user", "remote", "add", "origin", "https://token@example.com/x.git");
  place = await sandbox.open("user");
  await place.slot.rebuild(place.user.head);
});
afterEach(() => sandbox.remove());

const inSlot = (...path: string[]) => join(place.slot.directory, ...path);

/** What an agent would run in the slot, with the user's home in sight. */
function agentRuns(...args: string[]): string {
  const options = { cwd: place.slot.directory, env: sandbox.environment, encoding: "utf8", stdio: "pipe" } as const;
  return execFileSync("git", args, options).trimEnd();
}

describe("a slot", () => {
  test("is a work tree in which git works, without the user's remotes", () => {
    expect(agentRuns("status", "--porcelain")).toBe("");
    expect(agentRuns("remote")).toBe("");
    expect(agentRuns("log", "--format=%s")).toBe("first");
    writeFileSync(inSlot("a.txt"), "changed\n");
    agentRuns("commit", "-qam", "agent");
    expect(agentRuns("log", "-1", "--format=%an %s")).toBe("Ada L agent");
    expect(sandbox.run("user", "for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
  });

  test("holds nothing of an earlier task after a rebuild, and keeps its inode", async () => {
    const inode = statSync(place.slot.directory).ino;
    writeFileSync(inSlot("x.log"), "ignored");
    mkdirSync(inSlot("locked/deep"), { recursive: true });
    writeFileSync(inSlot("locked/deep/f"), "x");
    chmodSync(inSlot("locked/deep"), 0o555);
    chmodSync(inSlot("locked"), 0o000);
    agentRuns("init", "-q", "nested");
    symlinkSync(sandbox.folder, inSlot("link"));
    rmSync(inSlot(".git"));
    mkdirSync(join(place.slot.gitDirectory, "hooks"), { recursive: true });
    writeFileSync(join(place.slot.gitDirectory, "hooks/post-checkout"), "#!/bin/sh\ntouch ../ran\n", { mode: 0o755 });
    writeFileSync(join(place.slot.gitDirectory, "config"), "[core]\n\tfsmonitor = touch /nowhere\n");

    await place.slot.rebuild(place.user.head);

    expect(readdirSync(place.slot.directory).sort()).toEqual([".git", ".gitignore", "a.txt", "src"]);
    expect(agentRuns("status", "--porcelain", "--ignored")).toBe("");
    expect(existsSync(join(place.slot.gitDirectory, "hooks"))).toBe(false);
    expect(statSync(place.slot.directory).ino).toBe(inode);
    expect(existsSync(join(sandbox.folder, "user/a.txt"))).toBe(true);
  });

  test("is rebuilt when its directory became a link to somewhere else", async () => {
    rmSync(place.slot.directory, { recursive: true });
    sandbox.write("elsewhere/precious", "x");
    symlinkSync(join(sandbox.folder, "elsewhere"), place.slot.directory);
    await place.slot.rebuild(place.user.head);
    expect(existsSync(join(sandbox.folder, "elsewhere/precious"))).toBe(true);
    expect(agentRuns("status", "--porcelain")).toBe("");
  });

  test("is mended after a rebuild that was killed", async () => {
    const args = [`--git-dir=${place.slot.gitDirectory}`, "worktree", "lock", place.slot.directory];
    spawnSync("git", args, { env: sandbox.environment });
    writeFileSync(join(place.slot.gitDirectory, "HEAD.lock"), "");
    rmSync(inSlot("src"), { recursive: true });
    await place.slot.rebuild(place.user.head);
    expect(readFileSync(inSlot("src/b.txt"), "utf8")).toBe("two\n");
  });

  test("rebuilds beside other slots at the same time", async () => {
    const { git } = sandbox;
    const slots = await Promise.all(
      [2, 3, 4].map((n) => Slot.open(git, place.state, place.user, place.control, n === 4 ? "gate" : "worker", n)),
    );
    await Promise.all(slots.map((slot) => slot.rebuild(place.user.head)));
    expect(slots.map((slot) => readFileSync(join(slot.directory, "a.txt"), "utf8"))).toEqual([
      "one\n",
      "one\n",
      "one\n",
    ]);
  });
});

describe("a snapshot", () => {
  test("takes additions, changes, deletions, modes and links, and leaves ignored files", async () => {
    writeFileSync(inSlot("a.txt"), "changed\n");
    rmSync(inSlot("src/b.txt"));
    writeFileSync(inSlot("run.sh"), "#!/bin/sh\n", { mode: 0o755 });
    symlinkSync("a.txt", inSlot("link"));
    writeFileSync(inSlot('wei rd\n"名".txt'), "x");
    for (const hidden of ["x.log", "secret.env", "y.swp"]) writeFileSync(inSlot(hidden), "x");
    const changes = await place.control.changes(place.user.head, await place.snapshot());
    expect(changes.map(({ path, kind, newMode, size }) => [path, kind, newMode, size ?? -1])).toEqual([
      ["a.txt", "modified", "100644", 8],
      ["link", "added", "120000", 5],
      ["run.sh", "added", "100755", 10],
      ["src/b.txt", "deleted", "000000", -1],
      ['wei rd\n"名".txt', "added", "100644", 1],
    ]);
  });

  test("keeps tracked files that an ignore rule names, and takes what the agent committed", async () => {
    writeFileSync(inSlot(".gitignore"), "a.txt\n");
    writeFileSync(inSlot("a.txt"), "changed\n");
    writeFileSync(inSlot("new.txt"), "new\n");
    agentRuns("add", "-A");
    agentRuns("commit", "-qm", "agent");
    expect(await place.changedPaths(await place.snapshot())).toEqual([
      "modified .gitignore",
      "modified a.txt",
      "added new.txt",
    ]);
  });

  test("takes an ignore file that hides itself, but none of a directory ignored as a whole", async () => {
    mkdirSync(inSlot("out"));
    writeFileSync(inSlot("out/.gitignore"), "*\n");
    writeFileSync(inSlot("out/result.txt"), "x");
    mkdirSync(inSlot("cache.log"));
    writeFileSync(inSlot("cache.log/.gitignore"), "*\n");
    expect(await place.changedPaths(await place.snapshot())).toEqual(["added out/.gitignore"]);
  });

  test("never makes a gitlink of a nested repository, nor runs what is planted in one", async () => {
    agentRuns("init", "-q", "nested");
    writeFileSync(inSlot("nested/x"), "x");
    agentRuns("init", "-q", "empty");
    agentRuns("init", "-q", "src");
    const marker = join(sandbox.folder, "ran");
    for (const repository of ["nested", "src"]) {
      const options = { cwd: inSlot(repository), env: sandbox.environment };
      execFileSync("git", ["commit", "-q", "--allow-empty", "-m", "x"], options);
      execFileSync("git", ["config", "core.fsmonitor", `touch ${marker}`], options);
    }
    writeFileSync(inSlot("src/new.txt"), "x");
    const changes = await place.control.changes(place.user.head, await place.snapshot());
    expect(changes.map((change) => `${change.newMode} ${change.path}`)).toEqual(["100644 src/new.txt"]);
    expect(existsSync(marker)).toBe(false);
  });

  test("runs no filter or hook, and follows no .git, that the agent set up", async () => {
    const marker = join(sandbox.folder, "ran");
    agentRuns("config", "filter.evil.clean", `touch ${marker}; cat`);
    writeFileSync(inSlot(".gitattributes"), "*.txt filter=evil\n");
    writeFileSync(inSlot("a.txt"), "changed\n");
    rmSync(inSlot(".git"));
    writeFileSync(inSlot(".git"), `gitdir: ${join(sandbox.folder, "user/.git")}\n`);
    expect(await place.changedPaths(await place.snapshot())).toEqual(["added .gitattributes", "modified a.txt"]);
    expect(existsSync(marker)).toBe(false);
    expect(sandbox.run("user", "status", "--porcelain")).toBe("");
  });

  test("does not leave the work tree through a directory replaced by a link", async () => {
    sandbox.write("outside/b.txt", "stolen\n");
    rmSync(inSlot("src"), { recursive: true });
    symlinkSync(join(sandbox.folder, "outside"), inSlot("src"));
    expect(await place.changedPaths(await place.snapshot())).toEqual(["added src", "deleted src/b.txt"]);
  });

  test("copes with a file that became a directory, a directory that became a file, and a pipe", async () => {
    rmSync(inSlot("a.txt"));
    mkdirSync(inSlot("a.txt"));
    writeFileSync(inSlot("a.txt/inner"), "x");
    rmSync(inSlot("src"), { recursive: true });
    writeFileSync(inSlot("src"), "x");
    execFileSync("mkfifo", [inSlot("pipe")]);
    expect(await place.changedPaths(await place.snapshot())).toEqual([
      "deleted a.txt",
      "added a.txt/inner",
      "added src",
      "deleted src/b.txt",
    ]);
  });

  test("mends a damaged or locked index of an earlier, killed snapshot", async () => {
    await place.snapshot();
    const index = join(place.state.indexes, "slot-1");
    writeFileSync(index, "not an index");
    writeFileSync(`${index}.lock`, "");
    writeFileSync(inSlot("a.txt"), "changed\n");
    expect(await place.changedPaths(await place.snapshot())).toEqual(["modified a.txt"]);
  });

  test("outlives the slot it was taken from, also when the agent had committed the same content", async () => {
    writeFileSync(inSlot("new.txt"), "only here\n");
    agentRuns("add", "new.txt");
    agentRuns("commit", "-qm", "agent");
    const commit = await place.commit(await place.snapshot());
    await place.slot.discard();
    expect(await place.control.readFile(commit, "new.txt")).toBe("only here\n");
  });
});

test("8,000 files: rebuild, snapshots and the fingerprint stay fast", async () => {
  sandbox.largeRepository("large", 8_000);
  const large = await sandbox.open("large");
  await large.slot.rebuild(large.user.head);
  const timed = async (action: () => Promise<unknown>) => {
    const start = performance.now();
    await action();
    return Math.round(performance.now() - start);
  };
  const times = {
    snapshot: await timed(async () => expect(await large.changedPaths(await large.snapshot())).toEqual([])),
    second: await timed(() => large.snapshot()),
    fingerprint: await timed(() => takeFingerprint(sandbox.git, large.user)),
  };
  // Ten times what was measured on two cores: a change of order shows, a busy machine does not. How long a rebuild
  // takes is up to the disk (0.2 to 15 s were seen), so it has the test's own limit only.
  expect(times.snapshot).toBeLessThan(4_000);
  expect(times.second).toBeLessThan(2_000);
  expect(times.fingerprint).toBeLessThan(2_000);
}, 60_000);
