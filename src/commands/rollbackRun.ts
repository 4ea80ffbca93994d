import type { Clock } from "../core/clock.ts";
import { Refusal } from "../core/refusal.ts";
import type { RollbackPlan } from "../implementation/landing/rollbackPlan.ts";
import { inTheWay, showRolledBack, showStatuses } from "../implementation/landing/rollbackRecord.ts";
import { type RunOpener, startRun, takeUpRun } from "../implementation/runOpening.ts";
import { describeUnwritten } from "../implementation/statusProjection.ts";
import type { Lock } from "../recovery/lock.ts";
import type { RunLog } from "../recovery/runLog.ts";
import type { RollbackScene } from "./rollbackScene.ts";

/**
 * The run whose journal holds a rollback: the track's open one, which is gone on with; else one of its own, since a
 * finished journal takes no more events (decisions 0053, 0059).
 */
export class RollbackRun {
  private readonly scene: RollbackScene;
  private readonly opener: RunOpener;
  private readonly open: RunLog | undefined;
  private own: RunLog | undefined;

  constructor(scene: RollbackScene, opener: RunOpener, open: RunLog | undefined) {
    this.scene = scene;
    this.opener = opener;
    this.open = open;
  }

  /** Called once it is settled that the plan is carried out. Throws `Refusal` where the open run has to go on first. */
  async recording(plan: RollbackPlan): Promise<RunLog> {
    const { head, restored, undone } = plan;
    const { open } = this;
    if (open !== undefined) {
      const busy = inTheWay(plan, open.state);
      if (busy.length > 0) {
        throw new Refusal(`${busy.join(", ")} is about to land: run implement first. Nothing was changed.`);
      }
      // From here on a crash leaves something to be shown; see `showRolledBack`.
      if (open.state.interrupted) await open.record({ type: "run_resumed" });
      return open;
    }
    const { backlogFile, manager, user } = this.scene;
    const ids = new Set([...undone, ...restored].map(({ task }) => task));
    this.own = await startRun(this.opener, {
      backlog: manager.backlog,
      backlogFile,
      tasks: [...ids].map((id) => ({ id })),
      head,
      userBranch: user.branch,
      workers: 0,
    });
    return this.own;
  }

  /** Sets the tasks of the file to what they are now. @returns why the file does not say so, with what to do */
  async showStatuses({ restored, undone }: RollbackPlan): Promise<string | undefined> {
    const { manager } = this.scene;
    const complete = restored.map(({ task }) => task);
    const pending = undone.map(({ task }) => task).filter((task) => !complete.includes(task));
    const written = [
      await showStatuses(pending, "pending", manager),
      await showStatuses(complete, "complete", manager),
    ].find(({ ok }) => !ok);
    return written?.ok === false ? `Rolled back, but ${describeUnwritten(written.failure)}` : undefined;
  }

  /** Shows in the file what a rollback that was cut off had done. @returns its commit; undefined: there is none */
  async showLeftover(): Promise<string | undefined> {
    return this.open && showRolledBack(this.scene.control, this.open.state, this.scene.manager);
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
}

/** Takes the track's open run up, if there is one: what it left loose is tied first. The caller holds the track's lock. */
export async function openRunForRollback(
  scene: RollbackScene,
  { clock, lock }: { readonly clock: Clock; readonly lock: Lock },
): Promise<RollbackRun> {
  const opener = { state: scene.state, control: scene.control, clock, lock, author: scene.user.identity };
  return new RollbackRun(scene, opener, await takeUpRun(opener, scene.trackId));
}
