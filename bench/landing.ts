// Landing one task: ours moves two refs and no file; the usual way merges in a checkout.
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { systemClock } from "../src/core/clock.ts";
import { UNCONFINED } from "../src/core/confinement.ts";
import { Slot } from "../src/git/slot.ts";
import { createTrackBranch, trackRef } from "../src/git/trackBranch.ts";
import { BranchPublisher } from "../src/implementation/landing/branchPublisher.ts";
import { Gate } from "../src/implementation/landing/gate.ts";
import type { Landing } from "../src/implementation/landing/landingBatch.ts";
import { MergeQueue } from "../src/implementation/landing/mergeQueue.ts";
import { RunRecorder } from "../src/implementation/runRecorder.ts";
import { SlotSetup } from "../src/implementation/slots/slotSetup.ts";
import { RunLog } from "../src/recovery/runLog.ts";
import { createRun } from "../src/recovery/runStore.ts";
import { makeTask } from "../tests/unit/backlog/fixtures.ts";
import { median, printTable, timed } from "./measure.ts";
import { importCommits, makeWorkplace, type Workplace } from "./workplace.ts";

const FILES = 8_000;
const SAMPLES = 25;
const LANDINGS = 1_000;
const TRACK = "bench";
/** Tasks end seconds apart; this is how long the gate has at least to put itself in order. */
const BETWEEN_TASKS_MS = 200;

await using workplace = await makeWorkplace(FILES);
const works = await prepareWork(workplace);
const { gate, landings, queue } = await ourWay(workplace);
const { mergeInCheckout, addAndMerge } = await usualWay(workplace);

const ours: number[] = [];
const alone: number[] = [];
const usual: [number[], number[]] = [[], []];
for (let task = 0; task < LANDINGS; task++) {
  const isAlone = task < SAMPLES;
  const landing = await landings(task);
  if (isAlone) await gate.idle();
  const duration = await timed(() => queue.land(landing));
  if (!isAlone) {
    ours.push(duration);
    continue;
  }
  alone.push(duration);
  usual[0].push(await timed(() => mergeInCheckout(task)));
  if (task < 3) usual[1].push(await timed(() => addAndMerge(task)));
  await wait(BETWEEN_TASKS_MS);
}
await gate.idle();
const notes = [
  "Ours: from asking the merge queue to its answer with `true` as `verify`: merge, commit, the gate's work tree, two processes for `true`, the journal's records, moving both refs, copying the objects to the user's repository; every object, ref and record is synced to disk (`core.fsync=all`), which the usual way is not.",
];
printTable({
  title: `Landing one task on ${FILES} files`,
  unit: "ms",
  rows: [
    { name: "ours", samples: alone },
    { name: "`git merge --no-ff` in a checkout that is there", samples: usual[0] },
    { name: "`git worktree add`, `git merge --no-ff`, `git worktree remove`", samples: usual[1] },
  ],
  notes,
});
const [first, last] = [ours.slice(0, SAMPLES), ours.slice(-SAMPLES)];
printTable({
  title: `${LANDINGS} landings one right after the other, all made from one base`,
  unit: "ms",
  rows: [
    { name: "all", samples: ours },
    { name: `the first ${SAMPLES}`, samples: first },
    { name: `the last ${SAMPLES}`, samples: last },
  ],
  notes: [`The last against the first: ${(median(last) / median(first)).toFixed(2)} x.`],
});

/** Every task's finished work, made from the base, in both repositories: what lands is the same either way. */
async function prepareWork({ control, repository, run, user }: Workplace): Promise<readonly string[]> {
  const numbers = Array.from({ length: LANDINGS }, (_, task) => task);
  const commits = numbers.map((task) => ({
    ref: `refs/heads/task/${task}`,
    parent: user.head,
    files: { [`packages/p${task % 80}/src/task-${task}.ts`]: `export const task = ${task};\n` },
  }));
  await importCommits(control.directory, commits);
  await importCommits(join(repository.path, ".git"), commits.slice(0, SAMPLES));
  const refs = await run(
    `--git-dir=${control.directory}`,
    "for-each-ref",
    "--format=%(refname:lstrip=3) %(objectname)",
    "refs/heads/task/",
  );
  const byTask = new Map(refs.split("\n").map((line) => line.split(" ") as [string, string]));
  return numbers.map((task) => byTask.get(String(task)) ?? "");
}

async function ourWay({ git, user, control, state }: Workplace) {
  await createTrackBranch(git, user, control, TRACK, user.head);
  const runId = await createRun(state.runs, systemClock);
  const options = { clock: systemClock, epoch: 1, assertOwned: async () => undefined };
  const log = await RunLog.open(state.runs, runId, options);
  if (!log.ok) throw new Error(log.failure.message);
  const ids = works.map((_, task) => `T${task}`);
  await log.value.record({
    type: "run_started",
    run_id: runId,
    track_id: TRACK,
    base: user.head,
    user_branch: "main",
    backlog_file: "tasks/BACKLOG.yaml",
    backlog_digest: "",
    workers: 1,
    tasks: ids,
  });
  const recorder = new RunRecorder(log.value, () => undefined);
  const publisher = new BranchPublisher({ git, user, control, recorder, trackId: TRACK, published: user.head });
  const slot = await Slot.open(git, state, user, control, "gate", 1);
  const { signal } = new AbortController();
  const limits = { environment: { PATH: process.env.PATH ?? "" }, timeoutMs: 60_000, signal };
  const confine = () => UNCONFINED;
  const images = { git, control, state, gate: slot, copied: [], warn: () => undefined };
  const setup = new SlotSetup({ ...limits, ...images, commands: [], confine });
  const gate = new Gate(slot, setup, { ...limits, confine });
  const queue = new MergeQueue({
    recorder,
    control,
    gate,
    author: user.identity,
    trackRef: trackRef(TRACK),
    verify: ["true"],
    carry: (commit) => publisher.carry(commit),
    publish: async (commit) => {
      const published = await publisher.publish(commit);
      if (!published.ok) throw new Error(published.failure);
    },
    signal,
  });
  return { gate, queue, landings: (task: number) => landingOf(task, recorder) };

  async function landingOf(number: number, recorder: RunRecorder): Promise<Landing> {
    const task = makeTask({ id: `T${number}` });
    const commit = works[number] ?? "";
    const work = { commit, tree: await control.treeOf(commit), paths: [] };
    const of = { task: task.id, attempt: 1 } as const;
    await recorder.record({ type: "attempt_started", ...of, slot: 1, base: user.head, model: "bench/none" });
    await recorder.record({ type: "session_opened", ...of, session: "none" });
    await recorder.record({ type: "work_captured", ...of, ...work });
    await recorder.record({ type: "verification_finished", ...of, passed: true });
    return { task, attempt: 1, model: "bench/none", work };
  }
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
