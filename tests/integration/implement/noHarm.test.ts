import { describe, expect, test } from "bun:test";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileOf, makeTrack, scripted, type Track, writesItsWord } from "../../support/track.ts";

const ONE = [{ id: "T001" }];

const HOOKS = [
  ...["applypatch-msg", "pre-applypatch", "post-applypatch", "pre-commit", "pre-merge-commit", "prepare-commit-msg"],
  ...["commit-msg", "post-commit", "pre-rebase", "post-checkout", "post-merge", "pre-push", "pre-auto-gc"],
  ...["post-rewrite", "reference-transaction", "post-index-change", "fsmonitor-watchman", "push-to-checkout"],
];

async function plantHooks(folder: string, witness: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const hook of HOOKS) {
    await writeFile(join(folder, hook), `#!/bin/sh\necho ${hook} >> '${witness}'\n`);
    await chmod(join(folder, hook), 0o755);
  }
}

/** Every file of the user's .git but what git itself writes when a branch moves. */
async function gitFiles(track: Track): Promise<string[]> {
  const folder = join(track.repository.path, ".git");
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => !name.startsWith("objects")).sort();
}

test("what is left in the user's .git is the branch, and its reflog; no hook of theirs ran", async () => {
  await using track = await makeTrack();
  const { repository } = track;
  const witness = join(track.folder, "hooks-ran");
  const config = await readFile(join(repository.path, ".git/config"), "utf8");
  await plantHooks(join(repository.path, ".git/hooks"), witness);
  await repository.git("status");
  await Bun.file(witness)
    .delete()
    .catch(() => undefined);
  const before = await gitFiles(track);

  const { report } = await track.implement(writesItsWord);

  expect(report.outcome).toEqual({ done: true });
  expect(await Bun.file(witness).exists()).toBe(false);
  expect((await gitFiles(track)).filter((name) => !before.includes(name))).toEqual([
    "logs/refs/heads/mac",
    "logs/refs/heads/mac/words",
    "refs/heads/mac",
    "refs/heads/mac/words",
  ]);
  expect(await readFile(join(repository.path, ".git/config"), "utf8")).toBe(config);
  expect(await repository.git("stash", "list")).toBe("");
  expect((await repository.git("worktree", "list")).split("\n")).toHaveLength(1);
  expect(await repository.git("status", "--porcelain")).toBe(" M tasks/BACKLOG.yaml");
  await repository.git("fsck", "--strict");
});

test("hooks that a task lands under a tracked core.hooksPath do not run, nor do the user's global ones", async () => {
  const hooks = HOOKS.map((hook) => `hooks/${hook}`);
  await using track = await makeTrack({
    tasks: [
      { id: "T001", files: ["hooks/*"] },
      { id: "T002", depends_on: ["T001"] },
    ],
    verify: ["git status && git rev-parse HEAD"],
  });
  const witness = join(track.folder, "hooks-ran");
  await track.repository.git("config", "core.hooksPath", "hooks");
  await plantHooks(join(track.folder, "global"), witness);
  await writeFile(join(track.folder, "home/.gitconfig"), `[core]\n\thooksPath = ${join(track.folder, "global")}\n`);

  const { report } = await track.implement(
    scripted({
      T001: async (agent) => {
        await plantHooks(join(agent.directory, "hooks"), witness);
        return undefined;
      },
    }),
  );

  expect(report.outcome).toEqual({ done: true });
  expect(await Bun.file(witness).exists()).toBe(false);
  const landed = await track.repository.git("ls-tree", "--name-only", "main", "hooks/");
  expect(landed.split("\n").sort()).toEqual([...hooks].sort());
});

describe("the checkout is left alone, and the command that merges is named", () => {
  const states: Record<string, (track: Track) => Promise<unknown>> = {
    "a path that would change is dirty": (track) => track.repository.write({ [fileOf("T001")]: "mine\n" }),
    "a path that would change is staged": async (track) => {
      await track.repository.write({ [fileOf("T001")]: "mine\n" });
      await track.repository.git("add", fileOf("T001"));
    },
    "HEAD is detached": (track) => track.repository.git("switch", "--quiet", "--detach"),
  };
  for (const [name, arrange] of Object.entries(states)) {
    test(name, async () => {
      await using track = await makeTrack({ tasks: ONE, files: { [fileOf("T001")]: "old\n" } });
      const { repository } = track;
      const base = await repository.git("rev-parse", "main");
      await arrange(track);
      const mine = await readFile(join(repository.path, fileOf("T001")), "utf8");
      const status = await repository.git("status", "--porcelain", fileOf("T001"));

      const { report } = await track.implement(writesItsWord);

      expect(report.outcome).toEqual({ done: true });
      expect(report.text).toContain("git merge mac/words");
      expect(await repository.git("rev-parse", "main")).toBe(base);
      expect(await readFile(join(repository.path, fileOf("T001")), "utf8")).toBe(mine);
      expect(await repository.git("status", "--porcelain", fileOf("T001"))).toBe(status);
      expect(await repository.git("show", `mac/words:${fileOf("T001")}`)).toBe("word");
    });
  }

  test("an untracked file stands where one would be written", async () => {
    await using track = await makeTrack({ tasks: ONE });
    await track.repository.write({ [fileOf("T001")]: "mine\n" });
    const { report } = await track.implement(writesItsWord);
    expect(report.text).toContain("git merge mac/words");
    expect(await readFile(join(track.repository.path, fileOf("T001")), "utf8")).toBe("mine\n");
  });

  test("the branch moves, or another is checked out, while agents work", async () => {
    for (const [command, branch] of [
      [["commit", "--quiet", "--allow-empty", "--message", "Mine"], "main"],
      [["switch", "--quiet", "--create", "other"], "other"],
    ] as const) {
      await using track = await makeTrack({ tasks: ONE });
      const { report } = await track.implement(async (agent) => {
        await track.repository.git(...command);
        return writesItsWord(agent);
      });
      expect(report.outcome).toEqual({ done: true });
      expect(report.text).toContain("git merge mac/words");
      expect(await track.repository.git("branch", "--show-current")).toBe(branch);
      expect(await Bun.file(join(track.repository.path, fileOf("T001"))).exists()).toBe(false);
      await track.repository.git("merge", "--quiet", "mac/words");
    }
  });

  test("merge: branch", async () => {
    await using track = await makeTrack({ tasks: ONE });
    const { report } = await track.implement(writesItsWord, { options: { merge: "branch" } });
    expect(report.outcome).toEqual({ done: true });
    expect(report.text).toContain("git merge mac/words");
    await track.repository.git("merge", "--quiet", "--ff-only", "mac/words");
  });
});

test("changes elsewhere, tasks/ and an untracked .opencode/ do not prevent the fast-forward, and stay", async () => {
  await using track = await makeTrack({ tasks: ONE, files: { "other.txt": "old\n" } });
  const { repository } = track;
  await repository.write({
    "other.txt": "mine\n",
    "staged.txt": "staged\n",
    "tasks/PLAN.md": "plan\n",
    ".opencode/opencode.json": "{}\n",
  });
  await repository.git("add", "staged.txt");

  const { report } = await track.implement(writesItsWord);

  expect(report.text).toContain("main was fast-forwarded");
  expect(await repository.git("status", "--porcelain", "--untracked-files=all")).toBe(
    " M other.txt\nA  staged.txt\n M tasks/BACKLOG.yaml\n?? .opencode/opencode.json\n?? tasks/PLAN.md",
  );
  expect(await readFile(join(repository.path, "other.txt"), "utf8")).toBe("mine\n");
});

test("the track's branch checked out in another worktree while agents work: no work is lost, and the way to it is named", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }, { id: "T002", depends_on: ["T001"] }] });
  const { repository } = track;
  const place = join(track.folder, "watching");
  const base = await repository.git("rev-parse", "HEAD");

  const { report } = await track.implement(
    scripted({
      T002: async (agent) => {
        await repository.git("worktree", "add", "--quiet", place, "mac/words");
        return writesItsWord(agent);
      },
    }),
  );

  expect(report.outcome.done).toBe(false);
  expect(report.outcome).toMatchObject({ reason: expect.stringContaining(place) });
  expect(await track.landed(base)).toHaveLength(1);
  await repository.git("worktree", "remove", "--force", place);
  const again = await track.implement(writesItsWord);
  expect(again.runner.tasks).toEqual([]);
  expect(again.report.outcome).toEqual({ done: true });
  expect(await track.landed(base)).toHaveLength(2);
  expect(await repository.git("rev-parse", "main")).toBe(await repository.git("rev-parse", "mac/words"));
});
