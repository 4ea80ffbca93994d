import { failure, type Result, success } from "../core/result.ts";
import type { RunEvent, RunEventOf } from "./runEvents.ts";
import { advanceTask } from "./taskLife.ts";
import { newTask, type TaskState } from "./taskState.ts";

/** Everything a run's events tell. */
export interface RunState {
  /** The first event; undefined while there is none. */
  readonly started: RunEventOf<"run_started"> | undefined;
  /** By id, in the backlog's order. */
  readonly tasks: ReadonlyMap<string, TaskState>;
  /** Where the track's branch is: the last landed commit, or the base. */
  readonly head: string | undefined;
  readonly tokens: number;
  readonly costUsd: number;
  readonly interrupted: boolean;
  /** Of the backlog as the run knows it, tasks of gap plans included. */
  readonly backlogDigest: string | undefined;
  /** Gap plans that were made (H6). */
  readonly gapPlans: number;
  /** The latest check of the goal; undefined: none since the last task landed. */
  readonly goal: { readonly met: boolean; readonly missing: readonly string[] } | undefined;
  readonly outcome: RunEventOf<"run_finished">["outcome"] | undefined;
  /** The last commit that the user's `mac/<track_id>` was set to. */
  readonly publishedCommit: string | undefined;
  readonly fastForwarded: { readonly branch: string; readonly commit: string } | undefined;
  /** Why a person wants it to stand still; undefined: it may go on. */
  readonly pausedBecause: string | undefined;
  /** Names of requests of other processes that have been dealt with. */
  readonly settledRequests: readonly string[];
  /** What its processes made or borrowed so far, dead ones included: each once. */
  readonly slots: readonly number[];
  readonly gates: readonly number[];
  readonly hostSessions: readonly string[];
}

/** An event that cannot follow the ones before it. In a journal: it was not written by a sound version of this code. */
export interface IllegalEvent {
  readonly reason: "illegal_event";
  readonly event: RunEvent["type"];
  readonly message: string;
}

/** Of a run nothing of which has happened. */
export function newRun(): RunState {
  return {
    started: undefined,
    tasks: new Map(),
    head: undefined,
    tokens: 0,
    costUsd: 0,
    interrupted: false,
    backlogDigest: undefined,
    gapPlans: 0,
    goal: undefined,
    outcome: undefined,
    publishedCommit: undefined,
    fastForwarded: undefined,
    pausedBecause: undefined,
    settledRequests: [],
    slots: [],
    gates: [],
    hostSessions: [],
  };
}

type MutableRunState = {
  -readonly [Key in keyof RunState]: RunState[Key] extends ReadonlyMap<string, TaskState>
    ? Map<string, TaskState>
    : RunState[Key] extends readonly (infer Item)[]
      ? Item[]
      : RunState[Key];
};

/**
 * Follows a run event by event. `state` is a live view: it changes with the next event; the `TaskState`s in it do not.
 * In place, so that an event costs the same however many there were, and however many tasks there are.
 */
export class RunProjection {
  private readonly current: MutableRunState;

  /** @param from what the events before the first one add up to */
  constructor(from: RunState = newRun()) {
    const { gates, hostSessions, settledRequests, slots, tasks } = from;
    this.current = {
      ...from,
      tasks: new Map(tasks),
      settledRequests: [...settledRequests],
      slots: [...slots],
      gates: [...gates],
      hostSessions: [...hostSessions],
    };
  }

  get state(): RunState {
    return this.current;
  }

  /** An event that fails changes nothing. */
  apply(event: RunEvent): Result<void, IllegalEvent> {
    const refused = this.whyNot(event) ?? ("task" in event ? this.applyToTask(event) : undefined);
    if (refused !== undefined) return failure({ reason: "illegal_event", event: event.type, message: refused });
    this.applyToRun(event);
    return success(undefined);
  }

  private whyNot(event: RunEvent): string | undefined {
    const isFirst = event.type === "run_started";
    const known = event.type === "tasks_added" && event.tasks.find((id) => this.current.tasks.has(id));
    if (known) return `tasks_added names task ${known}, which the run has already`;
    if (isFirst && this.current.started) return "the run has started already";
    if (!isFirst && !this.current.started) return `${event.type} comes before run_started`;
    if (this.current.outcome) return `${event.type} comes after run_finished`;
    return undefined;
  }

  private applyToTask(event: Extract<RunEvent, { readonly task: string }>): string | undefined {
    const task = this.current.tasks.get(event.task) ?? joining(event);
    if (!task) return `${event.type} names task ${event.task}, which the run does not have`;
    const advanced = advanceTask(task, event);
    if (!advanced.ok) return advanced.failure;
    this.current.tasks.set(task.id, advanced.value);
    return undefined;
  }

  private spend({
    tokens = 0,
    cost_usd = 0,
  }: {
    readonly tokens?: number | undefined;
    readonly cost_usd?: number | undefined;
  }): void {
    this.current.tokens += tokens;
    this.current.costUsd += cost_usd;
  }

  /** What a branch of the user's holds we do not take back from there. */
  private noteOutOfReach(because: string): void {
    const { tasks } = this.current;
    for (const task of tasks.values()) {
      if (task.phase === "complete") tasks.set(task.id, { ...task, reversibility: { possible: false, because } });
    }
  }

  private restart(ids: readonly string[]): void {
    const { tasks } = this.current;
    for (const id of ids) {
      const task = tasks.get(id);
      if (task !== undefined) tasks.set(id, { ...task, continuation: undefined });
    }
  }

  /** What was skipped because `id` had been given up, by way of others too, is to be done after all. */
  private takeBackSkips(id: string): void {
    const { tasks } = this.current;
    for (const task of tasks.values()) {
      if (task.phase !== "skipped" || task.skippedBecause !== id) continue;
      tasks.set(task.id, { ...task, phase: "ready", inquiry: undefined, skippedBecause: undefined });
      this.takeBackSkips(task.id);
    }
  }

  private hold({ slots = [], gate, host_session }: Holdings): void {
    for (const slot of slots) addOnce(this.current.slots, slot);
    if (gate !== undefined) addOnce(this.current.gates, gate);
    if (host_session !== undefined) addOnce(this.current.hostSessions, host_session);
  }

  private applyToRun(event: RunEvent): void {
    const { current } = this;
    switch (event.type) {
      case "run_started":
        current.started = event;
        current.head = event.base;
        current.backlogDigest = event.backlog_digest;
        for (const id of event.tasks) current.tasks.set(id, newTask(id));
        this.hold(event);
        return;
      case "run_resumed":
        current.interrupted = false;
        // Whoever runs `implement` again wants it to go on.
        current.pausedBecause = undefined;
        this.hold(event);
        for (const task of current.tasks.values()) current.tasks.set(task.id, afterResuming(task));
        return;
      case "run_interrupted":
        current.interrupted = true;
        return;
      case "run_finished":
        current.outcome = event.outcome;
        return;
      case "agent_finished":
        this.spend(event);
        return;
      case "task_landed":
        current.head = event.head ?? event.commit;
        current.goal = undefined;
        return;
      case "task_undone":
        current.head = event.commit;
        current.goal = undefined;
        this.restart(event.restarts ?? []);
        return;
      case "task_restored":
        current.head = event.head;
        current.goal = undefined;
        return;
      case "task_rolled_back":
        this.takeBackSkips(event.task);
        return;
      case "goal_checked":
        current.goal = { met: event.met, missing: event.missing };
        this.spend(event);
        return;
      case "tasks_added":
        current.gapPlans = event.round;
        current.backlogDigest = event.backlog_digest;
        for (const id of event.tasks) current.tasks.set(id, newTask(id));
        this.spend(event);
        return;
      case "branch_published":
        current.publishedCommit = event.commit;
        return;
      case "fast_forwarded":
        current.fastForwarded = { branch: event.branch, commit: event.commit };
        this.noteOutOfReach(`${event.branch} has it`);
        return;
      case "run_paused":
        current.pausedBecause = event.because;
        return;
      case "run_unpaused":
        current.pausedBecause = undefined;
        return;
      case "request_settled":
        current.settledRequests.push(event.request);
        return;
      default:
        // Everything else is a task's alone, or changes nothing that is remembered.
        return;
    }
  }
}

/** A task that an earlier run landed becomes the run's own when that is taken back, or brought back. */
function joining({ task, type }: Extract<RunEvent, { readonly task: string }>): TaskState | undefined {
  return type === "task_undone" || type === "task_restored" ? newTask(task) : undefined;
}

function afterResuming(task: TaskState): TaskState {
  const isAsBefore = !task.isHeldBack && !task.isHeld && task.pausedBecause === undefined;
  return isAsBefore ? task : { ...task, isHeldBack: false, isHeld: false, pausedBecause: undefined };
}

type Holdings = Pick<RunEventOf<"run_resumed">, "slots" | "gate" | "host_session">;

function addOnce<Item>(list: Item[], item: Item): void {
  if (!list.includes(item)) list.push(item);
}
