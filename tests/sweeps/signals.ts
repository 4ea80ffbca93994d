/**
 * Sends SIGINT to `implement` at random moments, every fourth time twice, and runs it again: it is out within 5 s, or at
 * once, leaves no process, lock or open session, keeps all work, and ends as if nothing had happened.
 *
 *     bun tests/sweeps/signals.ts [count] [seed]
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import pLimit from "p-limit";
import { listRuns, readRun } from "../../src/recovery/runStore.ts";
import { seededRandom } from "../support/mutations.ts";
import { makeTrack, type Track } from "../support/track.ts";
import { type Goal, harmTo, lookAtCheckout } from "../support/trouble/checkout.ts";
import { flawsOf } from "../support/trouble/wholeRun.ts";

interface SignalSweepOptions {
  readonly count: number;
  readonly seed: number;
  readonly parallel: number;
  readonly onTrial?: (flaws: readonly string[]) => void;
}

interface SignalSweep {
  /** Trials whose run was over before the signal came. */
  readonly missed: number;
  readonly failures: readonly string[];
}

interface Trial {
  /** Of the time an undisturbed run takes. */
  readonly share: number;
  readonly isTwice: boolean;
}

interface Ending {
  readonly exitCode: number | null;
  /** From the last signal to the exit. */
  readonly exitMs: number;
  readonly printed: string;
}

const PROGRAM = join(import.meta.dir, "../integration/faults/signalledRun.ts");
const TASKS = [{ id: "T001" }, { id: "T002", depends_on: ["T001"] }, { id: "T003", depends_on: ["T001"] }];
/** Long enough to be met while it runs. */
const VERIFY = ["sleep 0.1"];

const LONGEST_EXIT_MS = 5_000;
const LONGEST_SECOND_EXIT_MS = 500;
/** Sooner the second counts as the first: Ctrl-C under `npm run` arrives twice. */
const BETWEEN_SIGNALS_MS = 150;
/** Far above what a run takes on a machine that is busy. */
const LIMIT_MS = 90_000;

export async function sweepSignals({ count, seed, parallel, onTrial }: SignalSweepOptions): Promise<SignalSweep> {
  const random = seededRandom(seed);
  const trials = Array.from({ length: count }, (_, index): Trial => ({ share: random(), isTwice: index % 4 === 3 }));
  const undisturbed = await undisturbedRun();
  const atOnce = pLimit(parallel);
  const results = await Promise.all(
    trials.map((trial) =>
      atOnce(async () => {
        const result = await interrupt(trial, undisturbed);
        onTrial?.(result.flaws);
        return result;
      }),
    ),
  );
  return {
    missed: results.filter(({ isMissed }) => isMissed).length,
    failures: results.flatMap(({ flaws }) => flaws),
  };
}

interface Undisturbed {
  readonly tree: string;
  readonly milliseconds: number;
}

async function undisturbedRun(): Promise<Undisturbed> {
  await using track = await makeTrack({ tasks: TASKS, verify: VERIFY });
  const startedAt = performance.now();
  const { printed } = await run(track, undefined);
  if (!printed.includes('{"done":true}')) throw new Error(`undisturbed: ${printed}`);
  const milliseconds = performance.now() - startedAt;
  return { tree: await track.repository.git("rev-parse", "mac/words^{tree}"), milliseconds };
}

async function interrupt(
  trial: Trial,
  { tree, milliseconds }: Undisturbed,
): Promise<{ readonly isMissed: boolean; readonly flaws: readonly string[] }> {
  await using track = await makeTrack({ tasks: TASKS, verify: VERIFY });
  const goal: Goal = { tree, base: await track.repository.git("rev-parse", "HEAD") };
  const before = await lookAtCheckout(track.repository);
  const at = Math.round(trial.share * milliseconds);
  const { exitCode, exitMs, printed } = await run(track, { at, isTwice: trial.isTwice });
  const isMissed = exitCode === 0;
  const flaws: string[] = [];
  if (!isMissed) {
    if (exitCode !== 130) flaws.push(`exit status ${exitCode}: ${printed}`);
    const longest = trial.isTwice ? LONGEST_SECOND_EXIT_MS : LONGEST_EXIT_MS;
    if (exitMs > longest) flaws.push(`it took ${Math.round(exitMs)} ms to leave`);
    if (!trial.isTwice) flaws.push(...(await leftBy(track)));
  }
  flaws.push(...(await harmTo(track.repository, before, goal)));
  const again = await run(track, undefined);
  if (!again.printed.includes('{"done":true}')) flaws.push(`the next run: ${again.printed}`);
  flaws.push(
    ...(await processesOf(track)),
    ...(await flawsOf(
      track,
      goal,
      TASKS.map(({ id }) => id),
    )),
  );
  const when = `${trial.isTwice ? "twice " : ""}at ${at} of ${Math.round(milliseconds)} ms`;
  return { isMissed, flaws: flaws.map((flaw) => `${when}: ${flaw}`) };
}

/** What an orderly end leaves nothing of. */
async function leftBy(track: Track): Promise<readonly string[]> {
  const locks = (await track.heldLocks()).map((name) => `${name} is left`);
  return [...locks, ...(await processesOf(track)), ...(await openSessions(track))];
}

/** What is still at work anywhere below the track's folder, or was started for it. Linux only. */
async function processesOf({ folder }: Track): Promise<readonly string[]> {
  const found: string[] = [];
  for (const pid of await readdir("/proc").catch(() => [])) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue;
    const [environment, command] = await Promise.all(
      ["environ", "cmdline"].map((name) => readFile(`/proc/${pid}/${name}`, "utf8").catch(() => "")),
    );
    if (`${environment}${command}`.includes(folder)) found.push(`process ${pid} is left: ${command}`);
  }
  return found;
}

async function openSessions(track: Track): Promise<readonly string[]> {
  const { runs } = await track.state();
  const [latest] = await listRuns(runs);
  if (latest === undefined) return [];
  const state = await readRun(runs, latest);
  if (!state.ok) return [state.failure.message];
  const open = [...state.value.tasks.values()].filter(({ isSessionOpen }) => isSessionOpen);
  return open.map(({ id }) => `the session of ${id} is left open`);
}

/** Runs `implement` in a process of its own, with or without signals so long after it can hear them. */
async function run(
  track: Track,
  signals: { readonly at: number; readonly isTwice: boolean } | undefined,
): Promise<Ending> {
  const child = Bun.spawn([process.execPath, PROGRAM, track.folder, track.repository.path], { stdout: "pipe" });
  const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
  let signalledAt = performance.now();
  let printed = "";
  const send = () => {
    signalledAt = performance.now();
    child.kill("SIGINT");
  };
  const begin = async () => {
    if (signals === undefined) return;
    await Promise.race([wait(signals.at), child.exited]);
    send();
    if (!signals.isTwice) return;
    await Promise.race([wait(BETWEEN_SIGNALS_MS), child.exited]);
    if (child.exitCode === null) send();
  };
  let signalling: Promise<void> | undefined;
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    printed += decoder.decode(chunk);
    signalling ??= begin();
  }
  const exitCode = await child.exited;
  const exitMs = performance.now() - signalledAt;
  await signalling;
  clearTimeout(timer);
  return { exitCode, exitMs, printed };
}

async function main([count = "200", seed = "1"]: readonly string[]): Promise<void> {
  let done = 0;
  const onTrial = (flaws: readonly string[]) => {
    done++;
    for (const flaw of flaws) console.error(flaw);
    if (done % 20 === 0) console.error(`${done} runs interrupted`);
  };
  const sweep = await sweepSignals({ count: Number(count), seed: Number(seed), parallel: 2, onTrial });
  console.log(`${count} runs interrupted, seed ${seed} (${sweep.missed} over before): ${sweep.failures.length} flaws`);
  process.exitCode = sweep.failures.length === 0 ? 0 : 1;
}

if (import.meta.main) await main(process.argv.slice(2));
