import type { CommandReport } from "../core/commandContext.ts";
import { counted } from "../core/counted.ts";
import type { RunState } from "../recovery/runState.ts";
import type { TaskState } from "../recovery/taskState.ts";

export interface PauseFlags {
  /** Undefined: the whole run. */
  readonly task: string | undefined;
  readonly trackId: string | undefined;
  /** Let it go on. */
  readonly off: boolean;
}

/** For the acknowledgement; an agent's tool that runs may take longer, and stands still once it has ended. */
export const LONGEST_WAIT_MS = 10_000;

function atWork(run: RunState, flags: PauseFlags): readonly TaskState[] {
  return ofTask(run, flags).filter(({ isSessionOpen }) => isSessionOpen);
}

/** Agents that have not acknowledged yet. */
export function stillMoving(run: RunState, flags: PauseFlags): readonly TaskState[] {
  return atWork(run, flags).filter(({ isHeld }) => !isHeld);
}

/** What a person who asked for a pause, or for its end, is told. */
export function describePause(after: RunState, request: string, flags: PauseFlags, trackId: string): CommandReport {
  const { off, task } = flags;
  const what = task ?? `track ${trackId}`;
  if (after.outcome !== undefined) return notDone(`The run of track ${trackId} has ended meanwhile.`);
  if (!after.settledRequests.includes(request)) {
    const limit = `${LONGEST_WAIT_MS / 1_000} s`;
    return notDone(`The run has not heard of it within ${limit}; it will as soon as it can, and status shows it.`);
  }
  const because = task === undefined ? after.pausedBecause : after.tasks.get(task)?.pausedBecause;
  if (off === (because !== undefined)) return notDone(`${what} was taken up anew meanwhile: look at status.`);
  if (off) {
    const still = task !== undefined && after.pausedBecause !== undefined ? " once the whole run does" : "";
    return { text: `${what} goes on${still}.`, outcome: { done: true } };
  }
  const moving = idsOf(stillMoving(after, flags));
  if (moving !== "") return notDone(`Paused, but a tool of ${moving} still runs; status shows when it stands still.`);
  const text = `Paused: ${what}. ${whatStandsStill(after, flags)} 'pause${given(flags)} --off' lets it go on.`;
  return { text, outcome: { done: true } };
}

function whatStandsStill(after: RunState, flags: PauseFlags): string {
  const held = atWork(after, flags);
  const landing = ofTask(after, flags).filter(({ phase, isSessionOpen }) => {
    return !isSessionOpen && (phase === "verifying" || phase === "landing");
  });
  const agents = `${counted(held.length, "agent")} held (${idsOf(held)}), what was made is saved.`;
  return [
    held.length === 0 ? "No agent is at work." : agents,
    ...(landing.length === 0 ? [] : [`${idsOf(landing)}, already done, may still land.`]),
  ].join(" ");
}

function ofTask(run: RunState, { task }: PauseFlags): readonly TaskState[] {
  return [...run.tasks.values()].filter(({ id }) => task === undefined || id === task);
}

function idsOf(tasks: readonly TaskState[]): string {
  return tasks.map(({ id }) => id).join(", ");
}

function given({ task, trackId }: PauseFlags): string {
  const flags = Object.entries({ task, track_id: trackId }).filter(([, value]) => value !== undefined);
  return flags.map(([name, value]) => ` --${name}=${value}`).join("");
}

function notDone(reason: string): CommandReport {
  return { text: "", outcome: { done: false, reason } };
}
