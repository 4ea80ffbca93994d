/**
 * Kills `implement` with SIGKILL at every moment at which it changes something outside of itself, and runs it again: it
 * has to end as if nothing had happened.
 *
 *     bun tests/sweeps/kills.ts [count|all] [seed] [pattern]      of the moments that match, this many, or all
 *     bun tests/sweeps/kills.ts at '<moment>' ['<second moment>']  as a failure names them
 */
import pLimit from "p-limit";
import { pick, seededRandom } from "../support/mutations.ts";
import { DIAMOND, makeTrack } from "../support/track.ts";
import { type Goal, harmTo, lookAtCheckout } from "../support/trouble/checkout.ts";
import type { Noted } from "../support/trouble/keys.ts";
import { runTroubled } from "../support/trouble/troubledRun.ts";
import { flawsOfEnding, undisturbedRun } from "../support/trouble/undisturbed.ts";
import { flawsOf } from "../support/trouble/wholeRun.ts";

/** Where a run is killed, and, taken up, killed again. */
interface Deaths {
  readonly first: string;
  readonly second: string | undefined;
}

interface KillSweep {
  /** Moments there are to be killed at. */
  readonly moments: number;
  readonly trials: number;
  /** A moment that did not come in that run: agents work side by side. */
  readonly missed: number;
  /** What went wrong, with where it was killed. */
  readonly failures: readonly string[];
}

interface KillSweepOptions {
  /** So many moments, chosen by the seed; undefined: all. */
  readonly count?: number | undefined;
  readonly seed: number;
  /** Only moments that match. */
  readonly among?: RegExp | undefined;
  readonly parallel: number;
  readonly onTrial?: (line: string) => void;
}

const TASKS = DIAMOND.map(({ id }) => id);
/** Its work is saved half done. */
const SLOW_TASK = "T003";
/** Every other run is killed twice. */
const SECOND_DEATHS = 0.5;

export async function sweepKills(options: KillSweepOptions): Promise<KillSweep> {
  const { among = /./, count, onTrial, parallel, seed } = options;
  const random = seededRandom(seed);
  const { goal, noted } = await undisturbedRun(DIAMOND, SLOW_TASK);
  const all = noted.filter(isWorthDying).map(({ key }) => key);
  const moments = all.filter((moment) => among.test(moment));
  const chosen = count === undefined ? moments : Array.from({ length: count }, () => pick(moments, random));
  const deaths = chosen.map((first): Deaths => {
    return { first, second: random() < SECOND_DEATHS ? pick(all, random) : undefined };
  });
  const atOnce = pLimit(parallel);
  const trials = await Promise.all(
    deaths.map((where) =>
      atOnce(async () => {
        const trial = await dieAndGoOn(where, goal);
        const words = trial.flaws.map((flaw) => `${describe(where)}: ${flaw}`);
        onTrial?.(words.length === 0 ? "" : words.join("\n"));
        return { ...trial, words };
      }),
    ),
  );
  return {
    moments: moments.length,
    trials: trials.length,
    missed: trials.filter(({ isMissed }) => isMissed).length,
    failures: trials.flatMap(({ words }) => words),
  };
}

/** What is between two effects is the same for whoever looks from outside: after one is before the next. */
function isWorthDying({ key, moment, writes }: Noted): boolean {
  return (writes && moment !== "after") || /^after (event|spawn|write|rename|link|git update-ref)/.test(key);
}

async function dieAndGoOn(
  { first, second }: Deaths,
  goal: Goal,
): Promise<{ readonly isMissed: boolean; readonly flaws: readonly string[] }> {
  await using track = await makeTrack({ tasks: DIAMOND });
  const base = await track.repository.git("rev-parse", "HEAD");
  const own = { ...goal, base };
  const before = await lookAtCheckout(track.repository);
  const flaws: string[] = [];
  let isMissed = true;
  for (const at of second === undefined ? [first] : [first, second]) {
    const ending = await runTroubled(track, { kind: "kill", at }, SLOW_TASK);
    if (ending.kind === "killed") isMissed = false;
    else flaws.push(...flawsOfEnding(ending));
    flaws.push(...(await harmTo(track.repository, before, own)));
  }
  flaws.push(...flawsOfEnding(await runTroubled(track, { kind: "none" }, SLOW_TASK)));
  flaws.push(...(await flawsOf(track, own, TASKS)));
  return { isMissed, flaws };
}

function describe({ first, second }: Deaths): string {
  return second === undefined ? `killed ${first}` : `killed ${first}, then ${second}`;
}

async function main([count = "all", seed = "1", ...rest]: readonly string[]): Promise<void> {
  if (count === "at") {
    const { goal } = await undisturbedRun(DIAMOND, SLOW_TASK);
    const { flaws } = await dieAndGoOn({ first: seed, second: rest[0] }, goal);
    console.log(flaws.join("\n") || "as if nothing had happened");
    process.exitCode = flaws.length === 0 ? 0 : 1;
    return;
  }
  let done = 0;
  const sweep = await sweepKills({
    among: new RegExp(rest[0] ?? "."),
    count: count === "all" ? undefined : Number(count),
    seed: Number(seed),
    parallel: 2,
    onTrial: (failure) => {
      done++;
      if (failure !== "") console.error(failure);
      if (done % 50 === 0) console.error(`${done} runs killed`);
    },
  });
  const { failures, missed, moments, trials } = sweep;
  console.log(
    `${trials} runs killed at ${moments} moments, seed ${seed} (${missed} over before): ${failures.length} flaws`,
  );
  process.exitCode = failures.length === 0 ? 0 : 1;
}

if (import.meta.main) await main(process.argv.slice(2));
