import type { BacklogManager } from "../backlog/backlogManager.ts";
import type { Diagnostics } from "../backlog/diagnostics.ts";
import { AsyncDispatcher } from "../core/eventBus.ts";
import type { Result } from "../core/result.ts";
import type { RunEvent } from "../recovery/runEvents.ts";
import type { RunState } from "../recovery/runState.ts";
import { statusOf } from "../recovery/taskState.ts";
import type { TaskStatus } from "../types.ts";

/** Why the file does not hold the statuses, with what to do: the end of a sentence for the user. */
export function describeUnwritten([problem]: Diagnostics): string {
  return `the statuses could not be written, ${problem?.file}: ${problem?.message}. Mend the file, then run implement again.`;
}

/**
 * Keeps the statuses in BACKLOG.yaml in step with the journal, in order and in the background. The file is for people;
 * a status that cannot be written now is written with the next one.
 */
export class StatusProjection {
  private readonly manager: BacklogManager;
  private readonly state: () => RunState;
  private readonly tasks: Set<string>;
  private readonly dispatcher: AsyncDispatcher<RunEvent>;

  /** `tasks`: ids of those whose status is the run's to write; the others' are what the person made them. */
  constructor(
    manager: BacklogManager,
    state: () => RunState,
    tasks: Iterable<string>,
    onProblem: (error: unknown) => void,
  ) {
    this.manager = manager;
    this.state = state;
    this.tasks = new Set(tasks);
    this.dispatcher = new AsyncDispatcher((event) => this.project(event), onProblem);
  }

  get onEvent(): (event: RunEvent) => void {
    return this.dispatcher.dispatch;
  }

  /**
   * Brings every status of the run to what the journal says; `resting` when no task is being worked on any more. The
   * failure says why the file does not hold them.
   */
  async settle(resting: boolean): Promise<Result<undefined, Diagnostics>> {
    await this.dispatcher.drain();
    for (const { id, phase } of this.state().tasks.values()) {
      const status = statusOf(phase);
      // A run that was interrupted takes these up again: for a person they are not under way, but still to do.
      await this.set(id, resting && status === "in_progress" ? "pending" : status);
    }
    return this.manager.save();
  }

  /** Resolves once no write is on its way. */
  idle(): Promise<void> {
    return this.dispatcher.drain();
  }

  private async project(event: RunEvent): Promise<void> {
    if (event.type === "tasks_added") for (const id of event.tasks) this.tasks.add(id);
    if (!("task" in event)) return;
    // What an earlier run had landed is this one's to do, or done, from now on.
    if (event.type === "task_undone" || event.type === "task_restored") this.tasks.add(event.task);
    const task = this.state().tasks.get(event.task);
    if (task !== undefined) await this.set(task.id, statusOf(task.phase));
  }

  private async set(id: string, status: TaskStatus): Promise<void> {
    const current = this.manager.backlog.tasks.find((task) => task.id === id);
    if (current === undefined || current.status === status || !this.tasks.has(id)) return;
    await this.manager.updateTaskStatus(id, status);
  }
}
