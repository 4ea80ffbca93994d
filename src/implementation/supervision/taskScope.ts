import { compileScope } from "../../backlog/pathPattern.ts";
import type { Task } from "../../types.ts";

/** What a task may write: its own `files`, and what it was granted since. */
export class TaskScope {
  readonly task: Task;
  private current: readonly string[];
  private test: (path: string) => boolean;

  constructor(task: Task, granted: readonly string[]) {
    this.task = task;
    this.current = [...task.files, ...granted];
    this.test = compileScope(this.current);
  }

  get entries(): readonly string[] {
    return this.current;
  }

  readonly mayWrite = (path: string): boolean => this.test(path);

  grant(paths: readonly string[]): void {
    this.current = [...new Set([...this.current, ...paths])];
    this.test = compileScope(this.current);
  }
}
