// A clean work tree for the next task: rebuilding a slot, against a new clone and a new worktree.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Slot } from "../src/git/slot.ts";
import { measureInTurns, printTable, timed } from "./measure.ts";
import { importCommits, makeWorkplace } from "./workplace.ts";

const ROUNDS = 5;

for (const files of [500, 8_000]) {
  await using workplace = await makeWorkplace(files);
  const { control, folder, git, repository, run, state, user } = workplace;
  const next = { ref: "refs/heads/next", parent: user.head, files: { "packages/p1/src/new.ts": "export {};\n" } };
  await importCommits(join(repository.path, ".git"), [next]);
  const commits = [user.head, await run("rev-parse", "next")] as const;
  const slot = await Slot.open(git, state, user, control, "worker", 1);
  const clone = join(folder, "clone");
  const worktree = join(folder, "worktree");
  const plain = join(folder, "plain");

  const rows = await measureInTurns(ROUNDS, {
    "ours: `Slot.rebuild` after a task": (round) => {
      const commit = commits[round % 2] ?? user.head;
      return timed(
        () => slot.rebuild(commit),
        () => workIn(slot.directory),
      );
    },
    "`rm -rf`, `git clone --shared`, checkout": () =>
      timed(async () => {
        await rm(clone, { recursive: true, force: true });
        await run("clone", "--quiet", "--shared", repository.path, clone);
      }),
    "`git worktree remove`, `git worktree add`": (round) =>
      timed(async () => {
        if (round > 0) await run("worktree", "remove", "--force", worktree);
        await run("worktree", "add", "--quiet", "--detach", worktree, "HEAD");
      }),
    "the disk alone: as many files removed and written": () =>
      timed(async () => {
        await rm(plain, { recursive: true, force: true });
        await mkdir(plain);
        for (let index = 0; index < files; index++) await writeFile(join(plain, String(index)), "x");
      }),
  });
  printTable({ title: `A clean work tree of ${files} files for the next task`, unit: "ms", rows });
}

/** What a task leaves behind: a changed file, a new one, a folder of things to be ignored. */
async function workIn(directory: string): Promise<void> {
  await writeFile(join(directory, "packages/p0/src/file-0.ts"), "changed\n");
  await writeFile(join(directory, "packages/p0/src/new.ts"), "new\n");
  await mkdir(join(directory, "node_modules/some"), { recursive: true });
  await writeFile(join(directory, "node_modules/some/index.js"), "left behind\n");
}
