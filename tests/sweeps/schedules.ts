/**
 * Runs the engine in time that jumps, over a git and a journal in memory, with agents, people and deaths chosen by a seed,
 * and looks after each step whether anything has happened that never may.
 *
 *     bun tests/sweeps/schedules.ts [count] [first seed]        bun tests/sweeps/schedules.ts 1 <seed>   shows one again
 */
import { mock } from "bun:test";
import type { RunRequest } from "../../src/recovery/inbox.ts";
import type { RunEvent } from "../../src/recovery/runEvents.ts";
import type { SimulatedAgents, Turn } from "../support/simulation/simulatedAttempt.ts";
import type { SimulatedDisk, Wish } from "../support/simulation/simulatedRun.ts";
import { SHAPES, seeded } from "../support/taskGraphs.ts";

/** Whose requests lie in the inbox that is looked into. */
let inbox = new Map<string, RunRequest>();
const realInbox = await import("../../src/recovery/inbox.ts");
const realProcesses = await import("../../src/core/leftoverProcesses.ts");
mock.module("../../src/recovery/inbox.ts", () => ({
  ...realInbox,
  waitingRequests: async () => [...inbox].map(([name, request]) => ({ name, request })),
  removeRequest: async (_: string, name: string) => void inbox.delete(name),
  leftAt: (name: string) => Number.parseInt(name, 10),
}));
mock.module("../../src/core/leftoverProcesses.ts", () => ({
  ...realProcesses,
  endLeftoverProcesses: async () => undefined,
}));
// It loads what it needs at its first use, which takes real time.
const realSecrets = await import("../../src/verification/secretScan.ts");
mock.module("../../src/verification/secretScan.ts", () => ({
  ...realSecrets,
  maskSecrets: async (text: string) => text,
  scanForSecrets: async () => ({ found: [], allowed: [] }),
}));
const { simulatedAttempt } = await import("../support/simulation/simulatedAttempt.ts");
mock.module("../../src/implementation/attempts/taskAttempt.ts", () => ({
  attemptTask: (attempt: never, surroundings: { simulated: SimulatedAgents }) =>
    simulatedAttempt(attempt, surroundings as never, surroundings.simulated),
}));
const { fold } = await import("../support/simulation/memoryLog.ts");
const { SimulatedProcess } = await import("../support/simulation/simulatedProcess.ts");
const { SimulatedDisk: Disk, passesVerify, simulateProcess } = await import("../support/simulation/simulatedRun.ts");
const { tasksOf } = await import("../support/poolSimulation.ts");

const TURNS: readonly Turn[] = [
  ...(["breaks verify", "meets others", "writes nothing", "writes elsewhere", "runs out of time"] as const),
  ...(["meets a limit", "meets a limit", "asks"] as const),
];
const WISHES: readonly Wish["what"][] = ["interrupt", "roll back", "roll back", "pause a task", "pause the run"];
const MOST_PROCESSES = 40;
/** After so many deaths and wishes people and machines leave the run alone. */
const DISTURBED = 6;

/** Throws, naming what never may happen, if it has. @returns how many processes and steps it took */
async function playSchedule(seed: number): Promise<{ processes: number; steps: number }> {
  const random = seeded(seed);
  const choose = <Choice>(choices: readonly Choice[]): Choice =>
    choices[Math.floor(random() * choices.length)] as Choice;
  const shape = choose(Object.values(SHAPES));
  const drawn = tasksOf(shape(2 + Math.floor(random() * 8), random));
  // Some shapes are made for more tasks than these.
  const ids = new Set(drawn.map(({ id }) => id));
  const tasks = drawn.map((task) => ({ ...task, depends_on: task.depends_on.filter((id) => ids.has(id)) }));
  const disk = new Disk();
  inbox = disk.inbox;
  const isGood = random() * 0.7 + 0.3;
  const sketch = {
    ...{ tasks, workers: 1 + Math.floor(random() * 4), disk, random },
    turnOf: (): Turn => (random() < isGood ? "does it" : choose(TURNS)),
  };
  let steps = 0;
  for (let processes = 1; processes <= MOST_PROCESSES; processes++) {
    const isDisturbed = processes <= DISTURBED;
    const diesAt = isDisturbed && random() < 0.7 ? 1 + Math.floor(random() * 120) : undefined;
    const wishes: Wish[] = [];
    while (isDisturbed && random() < 0.4) wishes.push({ afterMs: random() * 200_000, what: choose(WISHES) });
    const life = new SimulatedProcess({ diesAt, random });
    const ending = await life.time.until(
      Promise.race([life.died.promise, simulateProcess({ ...sketch, wishes }, life)]),
    );
    steps += life.steps;
    checkDisk(disk, tasks);
    if (ending !== "died" && ending.kind === "exhausted" && !hasHeldBack(disk)) {
      checkEnd(disk, tasks);
      return { processes, steps };
    }
  }
  throw new Error(`the run did not come to an end in ${MOST_PROCESSES} processes`);
}

function hasHeldBack({ events }: SimulatedDisk): boolean {
  return [...fold(events).state.tasks.values()].some(
    ({ isHeldBack, phase }) => isHeldBack || phase === "awaiting_input",
  );
}

type Tasks = ReturnType<typeof tasksOf>;

/** What holds at every moment at which a process can have died. */
function checkDisk(disk: SimulatedDisk, tasks: Tasks): void {
  const { events, repository } = disk;
  const needs = new Map(tasks.map(({ depends_on, id }) => [id, depends_on]));
  const there = new Set<string>();
  for (const event of events) {
    if (event.type === "task_undone") there.delete(event.task);
    if (event.type !== "task_landed") continue;
    if (there.has(event.task)) throw new Error(`${event.task} landed twice`);
    const missing = (needs.get(event.task) ?? []).filter((id) => !there.has(id));
    if (missing.length > 0) throw new Error(`${event.task} landed before ${missing.join(", ")}`);
    there.add(event.task);
  }
  for (const commit of repository.firstParents(disk.head)) {
    if (!passesVerify(repository.filesOf(commit))) throw new Error(`${commit}, which fails verify, is on the branch`);
  }
  const { reachable } = repository;
  for (const { commit, task, type } of events.flatMap(savedBy)) {
    if (!reachable.has(commit)) throw new Error(`no ref leads to ${commit}, recorded by ${type} of ${task}`);
  }
}

function savedBy(event: RunEvent): readonly { commit: string; task: string; type: string }[] {
  return event.type === "work_captured" || event.type === "checkpoint_taken" ? [event] : [];
}

/** What holds once nothing is left to be done. */
function checkEnd(disk: SimulatedDisk, tasks: Tasks): void {
  const { state } = fold(disk.events);
  const files = disk.repository.filesOf(disk.head);
  for (const { depends_on, id } of tasks) {
    const task = state.tasks.get(id);
    const isOnBranch = files[`src/${id}.ts`] !== undefined;
    switch (task?.phase) {
      case "complete":
        if (!isOnBranch) throw new Error(`${id} is complete, and not on the branch`);
        break;
      case "failed":
        if (task.failedAttempts < 3) throw new Error(`${id} was given up after ${task.failedAttempts} attempts`);
        break;
      case "skipped":
        if (depends_on.every((need) => state.tasks.get(need)?.phase === "complete"))
          throw new Error(`${id} was skipped, and all it needs is there`);
        break;
      default:
        throw new Error(`${id} is ${task?.phase} at the end`);
    }
    if (task.phase !== "complete" && isOnBranch) throw new Error(`${id} is ${task.phase}, and on the branch`);
  }
  if (state.head !== disk.head)
    throw new Error(`the journal has the head at ${state.head}, the branch at ${disk.head}`);
}

if (import.meta.main) {
  const [count = "10000", first = "1"] = process.argv.slice(2);
  const startedAt = performance.now();
  const failures: string[] = [];
  let [steps, processes] = [0, 0];
  for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
    try {
      const played = await playSchedule(seed);
      steps += played.steps;
      processes += played.processes;
    } catch (error) {
      const stack = count === "1" && error instanceof Error ? `\n${error.stack}` : "";
      failures.push(
        `${error instanceof Error ? error.message : String(error)}; again: bun tests/sweeps/schedules.ts 1 ${seed}${stack}`,
      );
    }
  }
  for (const line of failures.slice(0, 20)) console.error(line);
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  console.log(`${count} schedules, ${processes} processes, ${steps} steps, ${seconds} s: ${failures.length} failures`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}
