// Saving an agent's work while it works: ours, against committing everything, or stashing it.
import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { passed, runProcess } from "../src/core/shell.ts";
import { Slot } from "../src/git/slot.ts";
import { type CheckpointValidation, validateCheckpoint } from "../src/verification/checkpointValidation.ts";
import { VerdictCache } from "../src/verification/verdictCache.ts";
import { percentile, printTable, type Row, timed } from "./measure.ts";
import { makeWorkplace, type Workplace } from "./workplace.ts";

const FILES = 8_000;
const CHANGED = 1_000;
/** Of the changed ones, so many change between two checkpoints. */
const IN_BURST = 5;
const ROUNDS = 60;
const FIRST_ONES = 5;

await using workplace = await makeWorkplace(FILES);
const { control, folder, git, state, user } = workplace;
const slot = await Slot.open(git, state, user, control, "worker", 1);

let lastValidation: CheckpointValidation | undefined;
const first: number[] = [];
const steady: Row[] = [];
for (let attempt = 1; attempt <= FIRST_ONES; attempt++) {
  await slot.rebuild(user.head);
  const checkpoint = checkpoints(workplace, attempt);
  await writeIn(slot.directory, CHANGED, `attempt ${attempt}`);
  first.push(await timed(checkpoint));
  if (attempt === FIRST_ONES) steady.push(...(await inBursts(checkpoint)));
}
const [ours] = steady;
const [median, worst] = [percentile(ours?.samples ?? [], 50), percentile(ours?.samples ?? [], 95)];
printTable({
  title: `A checkpoint of ${CHANGED} changed files of ${FILES}, ${IN_BURST} of them changed since the last one`,
  unit: "ms",
  rows: steady,
  notes: [
    `Ours: p50 ${median.toFixed(0)} ms, p95 ${worst.toFixed(0)} ms, from asking for it to the commit under its ref, compared and validated; every object and ref is synced to disk.`,
  ],
});
printTable({
  title: `The first checkpoint of an attempt, ${CHANGED} changed files of ${FILES}`,
  unit: "ms",
  rows: [{ name: "ours", samples: first }],
  notes: [`A sample of them is validated: ${JSON.stringify(lastValidation)}.`],
});

/** What an attempt does for a checkpoint, but for the journal's record. */
function checkpoints({ control, state, user }: Workplace, attempt: number): () => Promise<void> {
  const indexFile = join(state.indexes, "slot-1");
  const history = control.historyOf({ workTree: slot.directory, base: user.head, parent: user.head, indexFile });
  const verdicts = new VerdictCache();
  let count = 0;
  return async () => {
    const tree = await history.look();
    if (tree === undefined) throw new Error("nothing has changed");
    const ref = `refs/mac/checkpoints/bench/T001/${attempt}/${++count}`;
    const saved = await history.keep(tree, { author: user.identity, message: "checkpoint\n", ref });
    const fresh = new Set(saved.since.map(({ path }) => path));
    lastValidation = await validateCheckpoint(
      { changes: saved.cumulative, isNew: (path) => fresh.has(path), mayWrite: () => true, spec: "1" },
      { verdicts, now: () => performance.now(), readBlobs: (ids, signal) => control.readBlobs(ids, signal) },
    );
  };
}

/** A few files change, then each way saves them, in turn. */
async function inBursts(checkpoint: () => Promise<void>): Promise<Row[]> {
  const ways: Readonly<Record<string, () => Promise<unknown>>> = {
    ours: checkpoint,
    "`git add -A`, `git commit` in an index of one's own": async () => {
      await asUser({ GIT_INDEX_FILE: join(folder, "scratch-index") }, "add", "-A");
      await asUser(
        { GIT_INDEX_FILE: join(folder, "scratch-index") },
        "commit",
        "--quiet",
        "--no-verify",
        "-m",
        "saved",
      );
    },
    "`git stash create`, which leaves new files out": () => asUser({}, "stash", "create"),
  };
  const samples = new Map<string, number[]>(Object.keys(ways).map((name) => [name, []]));
  for (let round = 0; round <= ROUNDS; round++) {
    await writeIn(slot.directory, IN_BURST, `round ${round}`);
    for (const [name, way] of Object.entries(ways)) {
      const sample = await timed(way);
      if (round > 0) samples.get(name)?.push(sample);
    }
  }
  return [...samples].map(([name, taken]) => ({ name, samples: taken }));
}

/** Half of them are changed, half are new. */
async function writeIn(directory: string, count: number, what: string): Promise<void> {
  for (let index = 0; index < count; index++) {
    const path = join(
      directory,
      `packages/p${index % 80}/src`,
      index % 2 === 0 ? `file-${index}.ts` : `new-${index}.ts`,
    );
    await mkdir(join(path, ".."), { recursive: true });
    if (index % 2 === 0) await appendFile(path, `// ${what}, ${index}\n`);
    else await writeFile(path, `export const added${index} = "${what}";\n`.repeat(20));
  }
}

/** In the slot, as its agent would run git. */
async function asUser(variables: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<void> {
  const env = { PATH: process.env.PATH ?? "", HOME: folder, GIT_CONFIG_NOSYSTEM: "1", ...variables };
  const outcome = await runProcess("git", args, { cwd: slot.directory, env, timeoutMs: 600_000 });
  if (!passed(outcome)) throw new Error(`git ${args.join(" ")} failed: ${outcome.stderr}`);
}
