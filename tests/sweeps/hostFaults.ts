/**
 * Lets one agent after the other end as agents do on a bad day: at a limit, by a failing provider, by a stream that is cut
 * off, by silence. The run has to come to an end that says why, and run again it has to finish, whatever had happened.
 *
 *     bun tests/sweeps/hostFaults.ts [pattern]
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Ending, fails, type Script, type ScriptedAgent } from "../support/scriptedRunner.ts";
import { fileOf, makeTrack, type TaskSketch, type Track } from "../support/track.ts";
import { flawsOf } from "../support/trouble/wholeRun.ts";

interface HostSweep {
  readonly trials: number;
  readonly failures: readonly string[];
}

/** How an agent ends that was to go on. */
type BadEnding = (agent: ScriptedAgent, stop: () => void) => Promise<Ending>;

const GOAL = { criteria: ["there are two words"] };
const TASKS: readonly TaskSketch[] = [{ id: "T001" }, { id: "T002", depends_on: ["T001"] }];

const WAYS: Readonly<Record<string, BadEnding>> = {
  "a limit that ends soon": async () => ({
    status: "error",
    failure: { reason: "rate_limited", message: "429 too many", retryable: true, retryAt: Date.now() + 20 },
  }),
  "a used up quota": async () => fails("quota_exhausted", "402 nothing left"),
  "a failing provider": async () => fails("provider", "500 internal error", true),
  "a cut stream": async (agent) => {
    await agent.edit(fileOf(agent.task), "ha");
    return fails("provider", "the stream was cut off");
  },
  "a provider that is gone": async () => fails("unreachable", "connection refused", true),
  "a host that fails": async () => fails("host", "no session: socket hang up", true),
  "a key that is not valid": async () => fails("authentication", "401 invalid key"),
  silence: async (agent) => {
    await agent.edit(fileOf(agent.task), "hal");
    return { status: "timeout", message: "no sign of life for 120 s" };
  },
  "an answer that cannot be read": async () => fails("invalid_answer", "no JSON in it", true),
  "a full context": async () => fails("context_overflow", "the context is full"),
  "silence until the run is stopped": (agent, stop) => {
    stop();
    return agent.hang();
  },
};

/** For each way: with the first agent, with the second, and so on, until one run has no agent left for it. */
export async function sweepHostFaults(among = /./, onTrial?: (line: string) => void): Promise<HostSweep> {
  const failures: string[] = [];
  const tree = await undisturbedTree();
  let trials = 0;
  for (const [name, ending] of Object.entries(WAYS)) {
    for (let nth = 1; among.test(`${name} ${nth}`); nth++) {
      const { flaws, isStruck } = await endBadly(nth, ending, tree);
      failures.push(...flaws.map((flaw) => `agent ${nth} ended by ${name}: ${flaw}`));
      if (!isStruck) break;
      trials++;
      onTrial?.(`agent ${nth} ended by ${name}: ${flaws.join("; ") || "ok"}`);
    }
  }
  return { trials, failures };
}

async function endBadly(nth: number, ending: BadEnding, tree: string) {
  await using track = await makeTrack({ tasks: TASKS, goal: GOAL });
  const base = await track.repository.git("rev-parse", "HEAD");
  const stop = new AbortController();
  let agents = 0;
  const flaws = await flawsOfRun(track, stop.signal, async (agent) => {
    agents++;
    return agents === nth ? ending(agent, () => stop.abort()) : asItShould(agent);
  });
  // A day later: nobody is at a limit any more.
  await rm(join(track.environment.XDG_DATA_HOME ?? "", "multi-agent-coder/models"), { recursive: true, force: true });
  const again = await track.implement(asItShould);
  if (!again.report.outcome.done) flaws.push(`run again: ${again.report.outcome.reason}`);
  flaws.push(...(await flawsOf(track, { base, tree }, ["T001", "T002"])));
  return { flaws, isStruck: agents >= nth };
}

async function undisturbedTree(): Promise<string> {
  await using track = await makeTrack({ tasks: TASKS, goal: GOAL });
  await track.implement(asItShould);
  // Awaited here: the track is removed on return.
  return await track.repository.git("rev-parse", "main^{tree}");
}

/** The run ends, by a report or a refusal, and a report that not all is done says why. */
async function flawsOfRun(track: Track, signal: AbortSignal, script: Script): Promise<string[]> {
  try {
    const { report } = await track.implement(script, { signal });
    const isUnexplained = !report.outcome.done && !/\w+ .*(implement|pending|opencode)/.test(report.outcome.reason);
    return isUnexplained ? [`not explained: ${JSON.stringify(report.outcome)}`] : [];
  } catch (error) {
    return [String(error)];
  }
}

const asItShould: Script = async (agent) => {
  if (agent.role === "reviewer") {
    const evidence = [{ path: fileOf("T001") }];
    return {
      status: "success",
      text: "",
      structured: { criteria: [{ criterion: 1, met: true, evidence, missing: "" }] },
    };
  }
  await agent.edit(fileOf(agent.task), "word\n");
  return undefined;
};

if (import.meta.main) {
  const { failures, trials } = await sweepHostFaults(new RegExp(process.argv[2] ?? "."), console.error);
  console.log(`${trials} agents ended badly: ${failures.length} flaws`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}
