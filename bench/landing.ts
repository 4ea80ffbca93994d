// Landing one task: ours moves two refs and no file; the usual way merges in a checkout.
import { join } from "node:path";
import { createTrackBranch, publishTrackBranch, trackRef } from "../src/git/trackBranch.ts";
import { median, printTable, type Row, timed } from "./measure.ts";
import { importCommits, makeWorkplace, type Workplace } from "./workplace.ts";

const FILES = 8_000;
const SAMPLES = 15;
const LANDINGS_BETWEEN = 200;
const TASKS = 2 * SAMPLES + LANDINGS_BETWEEN;
const TRACK = "bench";

await using workplace = await makeWorkplace(FILES);
const works = await prepareWork(workplace);
const landOurs = await ourWay(workplace);
const { mergeInCheckout, addAndMerge } = await usualWay(workplace);

const early = await measure(0, SAMPLES);
for (let task = SAMPLES; task < TASKS - SAMPLES; task++) {
  await landOurs(task);
  await mergeInCheckout(task);
}
const late = await measure(TASKS - SAMPLES, TASKS);

const notes = [
  "Ours: merge-tree, commit-tree, update-ref in control.git, then copying the objects to the user's repository and moving `mac/<track_id>`; every object and ref is synced to disk (`core.fsync=all`), which the usual way is not.",
];
printTable({ title: `Landing one task on ${FILES} files`, unit: "ms", rows: early, notes });
const growth = median(late[0]?.samples ?? []) / median(early[0]?.samples ?? []);
printTable({
  title: `The same after ${TASKS - SAMPLES} landings`,
  unit: "ms",
  rows: late,
  notes: [`Ours against ours before them: ${growth.toFixed(2)} x.`],
});

async function measure(from: number, to: number): Promise<Row[]> {
  const rows: [Row & { samples: number[] }, Row & { samples: number[] }, Row & { samples: number[] }] = [
    { name: "ours", samples: [] },
    { name: "`git merge --no-ff` in a checkout that is there", samples: [] },
    { name: "`git worktree add`, `git merge --no-ff`, `git worktree remove`", samples: [] },
  ];
  const [ours, merge, worktree] = rows;
  for (let task = from; task < to; task++) {
    ours.samples.push(await timed(() => landOurs(task)));
    merge.samples.push(await timed(() => mergeInCheckout(task)));
    if (worktree.samples.length < 3) worktree.samples.push(await timed(() => addAndMerge(task)));
  }
  return rows;
}

/** Every task's finished work, made from the base, in both repositories: what lands is the same either way. */
async function prepareWork({ control, repository, run, user }: Workplace): Promise<readonly string[]> {
  const numbers = Array.from({ length: TASKS }, (_, task) => task);
  const commits = numbers.map((task) => ({
    ref: `refs/heads/task/${task}`,
    parent: user.head,
    files: { [`packages/p${task % 80}/src/task-${task}.ts`]: `export const task = ${task};\n` },
  }));
  await importCommits(control.directory, commits);
  await importCommits(join(repository.path, ".git"), commits);
  const refs = await run("for-each-ref", "--format=%(refname:lstrip=3) %(objectname)", "refs/heads/task/");
  const byTask = new Map(refs.split("\n").map((line) => line.split(" ") as [string, string]));
  return numbers.map((task) => byTask.get(String(task)) ?? "");
}

async function ourWay({ git, user, control }: Workplace): Promise<(task: number) => Promise<void>> {
  await createTrackBranch(git, user, control, TRACK, user.head);
  let head = user.head;
  return async (task) => {
    const merged = await control.mergeTrees(head, works[task] ?? "");
    if (merged.kind !== "clean") throw new Error("the tasks of this benchmark do not conflict");
    const message = `T${task}: work\n\nMac-Task: T${task}\n`;
    const commit = await control.commit({ tree: merged.tree, parents: [head], message, author: user.identity });
    const moved = await control.updateRef(trackRef(TRACK), commit, head);
    const published = await publishTrackBranch(git, user, control, TRACK, commit, head);
    if (!moved.ok || !published.ok) throw new Error("a ref was moved by somebody else");
    head = commit;
  };
}

async function usualWay({ folder, run }: Workplace) {
  const checkout = join(folder, "integration");
  await run("worktree", "add", "--quiet", "-b", "integration", checkout);
  const merge = (place: string, task: number) =>
    run("-C", place, "merge", "--quiet", "--no-ff", "--no-edit", `task/${task}`);
  return {
    mergeInCheckout: (task: number) => merge(checkout, task),
    addAndMerge: async (task: number) => {
      const place = join(folder, "once");
      await run("worktree", "add", "--quiet", "--detach", place, "integration~1");
      await merge(place, task);
      await run("worktree", "remove", "--force", place);
    },
  };
}
