import type { Task } from "../../types.ts";
import type { RunningTask } from "./scheduler.ts";

/** Twice its estimate: then somebody is told. */
const OVERTIME_FACTOR = 2;

interface Running extends RunningTask {
  readonly startedAt: number;
  /** When it has taken too long; never, once that was told. */
  readonly overtimeAt: number;
}

/** What is worked on, since when, and what of it takes longer than expected. Times in milliseconds. */
export class RunningTasks {
  private readonly running = new Map<string, Running>();
  private readonly told = new Set<string>();

  get size(): number {
    return this.running.size;
  }

  get all(): readonly RunningTask[] {
    return [...this.running.values()];
  }

  /** When the next of them goes into overtime; infinite: none will. */
  get overtimeAt(): number {
    return Math.min(...[...this.running.values()].map((running) => running.overtimeAt));
  }

  add(started: RunningTask, now: number, effort: number): void {
    const overtimeAt = this.told.has(started.task.id) ? Number.POSITIVE_INFINITY : now + OVERTIME_FACTOR * effort;
    this.running.set(started.task.id, { ...started, startedAt: now, overtimeAt });
  }

  remove(id: string): void {
    this.running.delete(id);
  }

  /** Tasks that have gone into overtime, each once however often it is started, with the time it has taken. */
  takeOvertime(now: number): readonly { readonly task: Task; readonly milliseconds: number }[] {
    const late = [...this.running.values()].filter(({ overtimeAt }) => overtimeAt <= now);
    for (const running of late) {
      this.told.add(running.task.id);
      this.running.set(running.task.id, { ...running, overtimeAt: Number.POSITIVE_INFINITY });
    }
    return late.map(({ task, startedAt }) => ({ task, milliseconds: now - startedAt }));
  }
}
