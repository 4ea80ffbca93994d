import type { Clock } from "../core/clock.ts";
import { Refusal } from "../core/refusal.ts";
import { showUndone } from "../implementation/landing/compensation.ts";
import { type RunOpener, startRun, takeUpRun } from "../implementation/runOpening.ts";
import { describeUnwritten, StatusProjection } from "../implementation/statusProjection.ts";
import type { Lock } from "../recovery/lock.ts";
import type { RunLog } from "../recovery/runLog.ts";
import type { RollbackScene } from "./rollbackScene.ts";

/**
 * The run whose journal holds an undoing: the track's open one, where that landed all that is undone, so that it can be
 * gone on with; else one of its own, since a finished journal takes no more events (decision 0053).
 */
export class UndoRun {
  private readonly scene: RollbackScene;
  private readonly opener: RunOpener;
  private readonly open: RunLog | undefined;
  private own: RunLog | undefined;

  constructor(scene: RollbackScene, opener: RunOpener, open: RunLog | undefined) {
    this.scene = scene;
    this.opener = opener;
    this.open = open;
  }

  /** Called once it is settled that these tasks are undone from `head`. */
  async recording(tasks: readonly string[], head: string): Promise<RunLog> {
    const { open } = this;
    if (open !== undefined && tasks.every((task) => open.state.tasks.get(task)?.phase === "complete")) {
      // From here on a crash leaves something to be shown; see `showUndone`.
      if (open.state.interrupted) await open.record({ type: "run_resumed" });
      return open;
    }
    if (open !== undefined) await this.closeAsTakenOver(open);
    const { file, manager, user } = this.scene;
    this.own = await startRun(this.opener, {
      backlog: manager.backlog,
      backlogFile: file,
      tasks: tasks.map((id) => ({ id })),
      head,
      userBranch: user.branch,
      workers: 0,
    });
    return this.own;
  }

  /** Sets the tasks of the file back to pending. @returns why the file does not say so, with what to do */
  async showPending(tasks: readonly string[]): Promise<string | undefined> {
    const { manager } = this.scene;
    const known = new Set(manager.backlog.tasks.map(({ id }) => id));
    let problem: string | undefined;
    for (const task of tasks.filter((id) => known.has(id))) {
      const written = await manager.updateTaskStatus(task, "pending");
      problem = written.ok ? undefined : `Undone, but ${describeUnwritten(written.failure)}`;
    }
    return problem;
  }

  /** What an undoing that was cut off had done without showing it in the file. */
  async showLeftover(): Promise<readonly string[]> {
    return this.open === undefined ? [] : showUndone(this.scene.control, this.open.state, this.scene.manager);
  }

  /** The open run stays open; one that was begun for this has nothing more to do. */
  async end(): Promise<void> {
    if (this.own === undefined) await this.open?.record({ type: "run_interrupted" });
    else await this.own.record({ type: "run_finished", outcome: "incomplete" });
  }

  async close(): Promise<void> {
    await this.own?.close();
    await this.open?.close();
  }

  /** Its journal is not read for statuses again: what landed has to be in the file first. */
  private async closeAsTakenOver(run: RunLog): Promise<void> {
    const landed = [...run.state.tasks.values()].filter(({ phase }) => phase === "complete").map(({ id }) => id);
    const statuses = new StatusProjection(
      this.scene.manager,
      () => run.state,
      landed,
      () => undefined,
    );
    const written = await statuses.settle(true);
    if (!written.ok) throw new Refusal(`Nothing was undone: ${describeUnwritten(written.failure)}`);
    await run.record({ type: "run_finished", outcome: "incomplete" });
  }
}

/** Takes the track's open run up, if there is one: what it left loose is tied first. The caller holds the track's lock. */
export async function openRunForUndo(
  scene: RollbackScene,
  { clock, lock }: { readonly clock: Clock; readonly lock: Lock },
): Promise<UndoRun> {
  const opener = { state: scene.state, control: scene.control, clock, lock };
  return new UndoRun(scene, opener, await takeUpRun(opener, scene.trackId));
}
