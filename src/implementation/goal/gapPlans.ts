import type { BacklogManager } from "../../backlog/backlogManager.ts";
import type { RepositoryFacts } from "../../backlog/repositoryFacts.ts";
import { counted } from "../../core/counted.ts";
import { failure, type Result, success } from "../../core/result.ts";
import { describeUsage } from "../../core/usageText.ts";
import { recordOrWarn } from "../../factory/recordOrWarn.ts";
import type { SpecRepository } from "../../factory/specRepository.ts";
import { addUsage, NOTHING_USED } from "../../planning/agentUsage.ts";
import type { ModelRef, Task } from "../../types.ts";
import { digestOf } from "../runOpening.ts";
import type { RunRecorder } from "../runRecorder.ts";
import type { StatusProjection } from "../statusProjection.ts";
import { draftGapPlan, type GapPlan } from "./gapPlan.ts";
import { describeMissing, type GoalStanding } from "./gapPlanEnding.ts";
import { checkGoal, type GoalCheckSurroundings, type GoalOutcome, type MissingPart } from "./goalCheck.ts";

export interface GapPlansOptions extends Omit<GoalCheckSurroundings, "models" | "whyNotAsk"> {
  readonly recorder: RunRecorder;
  readonly manager: BacklogManager;
  readonly statuses: Pick<StatusProjection, "settle">;
  readonly specs: Pick<SpecRepository, "recordBacklog">;
  /** As the user knows the backlog's file. */
  readonly backlogFile: string;
  readonly maxGapPlans: number;
  readonly factsAt: (commit: string) => Promise<RepositoryFacts>;
  /** What the track has changed, up to a commit. */
  readonly changedPaths: (commit: string) => Promise<readonly string[]>;
  /** Models, in order of preference. */
  readonly reviewers: readonly ModelRef[];
  readonly drafters: readonly ModelRef[];
  /** A reason to spend nothing more, such as a budget that is used up. */
  readonly whyStop: () => string | undefined;
}

/**
 * H6. What happens between the last task and the end of a run: the goal is checked, and what it lacks becomes tasks, at
 * most `maxGapPlans` times in a run, resumptions included. One for a run.
 *
 * Each step of a round is kept before the next: the goal's check in the journal, the tasks in the file, that they are
 * part of the run in the journal. A process that dies after the second leaves a file with tasks the journal does not
 * know: `unrecordedGapPlan` finds them.
 */
export class GapPlans {
  private readonly options: GapPlansOptions;
  private current: GoalStanding = { kind: "not looked at" };
  private spent = NOTHING_USED;

  constructor(options: GapPlansOptions) {
    this.options = options;
  }

  /** As of the last call of `next`. */
  get standing(): GoalStanding {
    return this.current;
  }

  /**
   * For when no task is being worked on. Looks at the goal if all tasks of the backlog are complete, and adds tasks for
   * what it lacks: they are in the file and part of the run. Undefined: nothing was added, and the run is at its end;
   * `standing` says how the goal stands.
   */
  async next(): Promise<readonly Task[] | undefined> {
    const { recorder, manager, statuses } = this.options;
    this.current = { kind: "not looked at" };
    if (this.isAborted) return this.stop("interrupted");
    await statuses.settle(true);
    const { goal, tasks } = manager.backlog;
    if (goal === undefined || goal.criteria.length + goal.checks.length === 0) return undefined;
    if (tasks.some((task) => task.status !== "complete")) return undefined;

    const { head } = recorder;
    const facts = await this.options.factsAt(head);
    const outcome = await this.check(head, facts);
    if (outcome.kind === "interrupted") return this.stop("interrupted");
    const missing = outcome.kind === "gaps" ? outcome.missing : [];
    const met = missing.length === 0;
    const round = recorder.state.gapPlans;
    await recorder.record({
      type: "goal_checked",
      round,
      met,
      missing: missing.map(describeMissing),
      ...this.takeSpent(),
    });
    if (met) {
      this.current = { kind: "met", notChecked: outcome.notChecked };
      return undefined;
    }
    const lacking = (because: string) => {
      this.current = { kind: "lacking", missing, notChecked: outcome.notChecked, because };
      return undefined;
    };
    const enough = this.whyNoMore(round);
    if (enough !== undefined) return lacking(enough);
    const why = this.options.whyStop();
    if (why !== undefined) return this.stop(why);
    const drafted = await this.draft(head, facts, missing);
    if (this.isAborted) return this.stop("interrupted");
    if (!drafted.ok) return lacking(`no tasks could be drafted for it: ${drafted.failure} (${this.describeSpent()})`);
    const added = await this.add(drafted.value, facts, missing);
    return added.ok ? added.value : lacking(added.failure);
  }

  private get isAborted(): boolean {
    return this.options.agents.signal.aborted;
  }

  private stop(reason: string): undefined {
    this.current = { kind: "stopped", reason };
    return undefined;
  }

  private whyNoMore(made: number): string | undefined {
    const { maxGapPlans } = this.options;
    if (maxGapPlans === 0) return "maxGapPlans is 0, so no tasks were added for it";
    if (made < maxGapPlans) return undefined;
    return made === 1 ? "1 gap plan was made and did not close it" : `${made} gap plans were made and did not close it`;
  }

  private async check(head: string, facts: RepositoryFacts): Promise<GoalOutcome> {
    const { manager, changedPaths, reviewers, whyStop } = this.options;
    const { goal = { criteria: [], checks: [] }, title, tasks } = manager.backlog;
    const { outcome, usage } = await checkGoal(
      {
        ...{ goal, title, tasks, commit: head },
        changedPaths: await changedPaths(head),
        hasFile: (path) => facts.files.has(path),
      },
      { ...this.options, models: reviewers, whyNotAsk: whyStop },
    );
    this.spent = addUsage(this.spent, usage);
    return outcome;
  }

  private async draft(head: string, facts: RepositoryFacts, missing: readonly MissingPart[]) {
    const { agents, directoryAt, drafters, manager } = this.options;
    const material = { backlog: manager.backlog, facts, missing, idPrefix: `G${this.nextRound}` };
    const lent = await directoryAt(head);
    try {
      const { result, usage } = await draftGapPlan(material, drafters, { ...agents, directory: lent.directory });
      this.spent = addUsage(this.spent, usage);
      return result;
    } finally {
      await lent.release();
    }
  }

  private async add(
    { tasks, author, promptVersion }: GapPlan,
    facts: RepositoryFacts,
    missing: readonly MissingPart[],
  ): Promise<Result<readonly Task[], string>> {
    const { recorder, manager, specs, backlogFile, agents } = this.options;
    const round = this.nextRound;
    const reason = `Gap plan ${round}: the goal lacked ${counted(missing.length, "part")}`;
    const added = await manager.addTasks(tasks, { note: `${reason}.`, facts });
    if (!added.ok) {
      const [problem] = added.failure;
      return failure(`the new tasks could not be added, ${problem?.file}:${problem?.line}: ${problem?.message}`);
    }
    const { backlog } = manager;
    await recorder.record({
      type: "tasks_added",
      round,
      tasks: added.value.tasks.map((task) => task.id),
      backlog_digest: digestOf(backlog),
      ...this.takeSpent(),
    });
    await recordOrWarn(
      backlogFile,
      () =>
        specs.recordBacklog(
          { backlog, text: added.value.text, file: backlogFile },
          { author: "agent", reason, models: [author], prompt: promptVersion },
        ),
      (message) => agents.report("warn", message),
    );
    return success(added.value.tasks);
  }

  /** Of a draft that came to nothing: no event tells it. */
  private describeSpent(): string {
    const { tokens, costUsd } = this.spent;
    return `${describeUsage({ tokensUsed: tokens, costUsd })} used`;
  }

  private get nextRound(): number {
    return this.options.recorder.state.gapPlans + 1;
  }

  /** What agents used since the last event of the run that told it. */
  private takeSpent(): { readonly tokens: number; readonly cost_usd: number } {
    const { tokens, costUsd } = this.spent;
    this.spent = NOTHING_USED;
    return { tokens, cost_usd: costUsd };
  }
}
