/**
 * Lets one call of a file or of git fail, each in its turn and in each of the ways it can fail, and one agent after the
 * other: the run has to end soon, to say why, and to harm nothing; and run again it has to end as if nothing had happened.
 *
 *     bun tests/sweeps/faults.ts [count|all] [seed] [pattern]    of the faults that match, this many, or all
 *     bun tests/sweeps/faults.ts at '<fault>'                     as a failure names it
 */
import pLimit from "p-limit";
import { pick, seededRandom } from "../support/mutations.ts";
import { makeTrack, type TaskSketch } from "../support/track.ts";
import { type Goal, harmTo, lookAtCheckout } from "../support/trouble/checkout.ts";
import type { Noted } from "../support/trouble/keys.ts";
import { type RunEnding, runTroubled } from "../support/trouble/troubledRun.ts";
import { canFail, type Trouble } from "../support/trouble/troubles.ts";
import { describeEnding, flawsOfEnding, undisturbedRun } from "../support/trouble/undisturbed.ts";
import { flawsOf } from "../support/trouble/wholeRun.ts";

type Fault = Extract<Trouble, { kind: "fault" }>;

interface FaultSweep {
  /** Faults there are. */
  readonly faults: number;
  readonly trials: number;
  /** What went wrong, with the fault that shows it again. */
  readonly failures: readonly string[];
  /** What a person was told, for each fault. */
  readonly told: readonly string[];
}

interface FaultSweepOptions {
  /** So many faults, chosen by the seed; undefined: all. */
  readonly count?: number | undefined;
  readonly seed: number;
  /** Only faults that match. */
  readonly among?: RegExp | undefined;
  readonly parallel: number;
  readonly onTrial?: (failures: readonly string[], told: string) => void;
}

const TASKS: readonly TaskSketch[] = [{ id: "T001" }, { id: "T002", depends_on: ["T001"] }];
const SLOW_TASK = "T002";
/** The same call once more meets the same code; after that it is the same again. */
const MOST_OF_A_NAME = 2;
const WAYS: readonly Fault["how"][] = ["ENOSPC", "EIO", "EACCES", "locked", "full", "killed"];

export async function sweepFaults(options: FaultSweepOptions): Promise<FaultSweep> {
  const { among = /./, count, onTrial, parallel, seed } = options;
  const random = seededRandom(seed);
  const { goal, noted } = await undisturbedRun(TASKS, SLOW_TASK);
  const faults = faultsOf(noted).filter((fault) => among.test(describe(fault)));
  const chosen = count === undefined ? faults : Array.from({ length: count }, () => pick(faults, random));
  const atOnce = pLimit(parallel);
  const trials = await Promise.all(
    chosen.map((fault) =>
      atOnce(async () => {
        const { flaws, told } = await failAndGoOn(fault, goal);
        const trial = {
          words: flaws.map((flaw) => `${describe(fault)}: ${flaw}`),
          told: `${describe(fault)}: ${told}`,
        };
        onTrial?.(trial.words, trial.told);
        return trial;
      }),
    ),
  );
  return {
    faults: faults.length,
    trials: trials.length,
    failures: trials.flatMap(({ words }) => words),
    told: trials.map(({ told }) => told),
  };
}

function faultsOf(noted: readonly Noted[]): readonly Fault[] {
  const calls = noted.filter(
    ({ moment, number, name }) => moment === "before" && number <= MOST_OF_A_NAME && !isByAgent(name),
  );
  return WAYS.flatMap((how) =>
    calls
      .filter((effect) => canFail(effect, how))
      .flatMap(({ key }) => {
        const once: Fault = { kind: "fault", at: key, how, onwards: false };
        return how === "ENOSPC" ? [once, { ...once, onwards: true }] : [once];
      }),
  );
}

/** What agents write is in their work trees, and theirs to mend. */
function isByAgent(name: string): boolean {
  return /\/slot-\d+\/words\b/.test(name);
}

async function failAndGoOn(
  fault: Fault,
  goal: Goal,
): Promise<{ readonly told: string; readonly flaws: readonly string[] }> {
  await using track = await makeTrack({ tasks: TASKS });
  const base = await track.repository.git("rev-parse", "HEAD");
  const own = { ...goal, base };
  const before = await lookAtCheckout(track.repository);
  const ending = await runTroubled(track, fault, SLOW_TASK);
  const flaws = [...flawsOfTelling(ending), ...(await harmTo(track.repository, before, own))];
  flaws.push(...flawsOfEnding(await runTroubled(track, { kind: "none" }, SLOW_TASK)));
  flaws.push(
    ...(await flawsOf(
      track,
      own,
      [...TASKS].map(({ id }) => id),
    )),
  );
  return { told: describeEnding(ending), flaws };
}

/** A person is told what happened in words that are for people. */
function flawsOfTelling(ending: RunEnding): readonly string[] {
  if (ending.kind !== "report" && ending.kind !== "refusal") return [describeEnding(ending)];
  const words = [...ending.progress, ...(ending.kind === "report" ? [ending.text] : [ending.message])].join("\n");
  return /^\s+at \S+ \(|\bundefined\b|\[object /mu.test(words) ? [`not for people: ${words}`] : [];
}

function describe({ at, how, onwards }: Fault): string {
  return `${how}${onwards ? " from then on" : ""} ${at}`;
}

async function main([count = "all", seed = "1", pattern = "."]: readonly string[]): Promise<void> {
  const isOne = count === "at";
  const sweep = await sweepFaults({
    among: isOne ? new RegExp(`^${RegExp.escape(seed)}$`) : new RegExp(pattern),
    count: isOne || count === "all" ? undefined : Number(count),
    seed: isOne ? 1 : Number(seed),
    parallel: 2,
    onTrial: (failures, told) => {
      console.error(failures.length === 0 ? `ok  ${told}` : failures.join("\n"));
    },
  });
  const { failures, faults, trials } = sweep;
  console.log(`${trials} of ${faults} faults, seed ${seed}: ${failures.length} flaws`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}

if (import.meta.main) await main(process.argv.slice(2));
