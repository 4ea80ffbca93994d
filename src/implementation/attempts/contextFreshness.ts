import { compileScope } from "../../backlog/pathPattern.ts";
import type { ControlRepository } from "../../git/controlRepository.ts";
import type { RunState } from "../../recovery/runState.ts";
import type { Backlog, Task } from "../../types.ts";

/** What has happened to a task's files since the backlog was written. */
export class ContextFreshness {
  private readonly backlog: Backlog;
  private readonly control: ControlRepository;
  private readonly tasks: ReadonlyMap<string, Task>;
  /** Many tasks start at the same head: the last comparison is kept. */
  private last: { readonly head: string; readonly paths: Promise<readonly string[] | undefined> } | undefined;

  constructor(backlog: Backlog, control: ControlRepository) {
    this.backlog = backlog;
    this.control = control;
    this.tasks = new Map(backlog.tasks.map((task) => [task.id, task]));
  }

  /**
   * Files the task reads or may write that differ between the backlog's base and `head`, in git's order, but for what
   * the tasks changed that it depends on: their work is what it is waiting for. Undefined: the base is not known.
   */
  async changedSince(task: Task, head: string, run: RunState): Promise<readonly string[] | undefined> {
    const paths = await this.changedPaths(head);
    if (paths === undefined) return undefined;
    const concerns = compileScope([...task.files, ...task.reads]);
    const isExpected = this.workedOnBefore(task, run);
    return paths.filter((path) => concerns(path) && !isExpected(path));
  }

  private changedPaths(head: string): Promise<readonly string[] | undefined> {
    const { base } = this.backlog;
    if (base === undefined) return Promise.resolve(undefined);
    if (this.last?.head !== head) this.last = { head, paths: this.control.changedPaths(base, head) };
    return this.last.paths;
  }

  /** True for a path changed by a task that comes before; of one done in an earlier run its scope is all that is known. */
  private workedOnBefore(task: Task, run: RunState): (path: string) => boolean {
    const changed = new Set<string>();
    const scopes: string[] = [];
    for (const id of this.before(task)) {
      const work = run.tasks.get(id)?.work;
      if (work === undefined) scopes.push(...(this.tasks.get(id)?.files ?? []));
      else for (const path of work.paths) changed.add(path);
    }
    const inScope = compileScope(scopes);
    return (path) => changed.has(path) || inScope(path);
  }

  /** Ids of all tasks that `task` depends on, however indirectly. */
  private before(task: Task): ReadonlySet<string> {
    const found = new Set<string>();
    const open = [...task.depends_on];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (found.has(id)) continue;
      found.add(id);
      open.push(...(this.tasks.get(id)?.depends_on ?? []));
    }
    return found;
  }
}
