import type { Options } from "../../config.ts";
import type { AgentActivity, AgentRunner } from "../../core/agentRunner.ts";
import type { Clock } from "../../core/clock.ts";
import type { Pause } from "../../core/pause.ts";
import type { ControlRepository } from "../../git/controlRepository.ts";
import type { Slot } from "../../git/slot.ts";
import type { Identity } from "../../git/userRepository.ts";
import type { TraceTask } from "../../monitoring/agentTrace.ts";
import type { Continuation } from "../../recovery/taskState.ts";
import type { Complexity, Task } from "../../types.ts";
import type { RanCommand } from "../../verification/commandCheck.ts";
import type { VerdictCache } from "../../verification/verdictCache.ts";
import type { RouteNow } from "../modelRouter.ts";
import type { RoutedTask, WorkerModels } from "../models/workerModels.ts";
import type { RunRecorder } from "../runRecorder.ts";
import type { ValidationQueue } from "../scheduling/validationQueue.ts";
import type { Confine, SlotSetup } from "../slots/slotSetup.ts";
import type { Watch } from "../supervision/superviseAttempt.ts";
import type { TaskScope } from "../supervision/taskScope.ts";
import type { Briefing } from "./taskBriefing.ts";

/** X7. By an agent with tools of its own, or as edits that are checked before plain code applies them. */
export type WorkMode = "agent" | "patch";

/** What attempts share over a whole run. */
export interface AttemptSurroundings {
  readonly recorder: RunRecorder;
  readonly control: ControlRepository;
  readonly runner: AgentRunner;
  readonly options: Options;
  /** How tasks are worked on to begin with. */
  readonly mode: WorkMode;
  readonly author: Identity;
  /** Folder for index files of ours. */
  readonly indexes: string;
  /** The whole environment of acceptance, but for what the confinement adds. */
  readonly environment: Readonly<Record<string, string>>;
  readonly setup: SlotSetup;
  readonly confine: Confine;
  /** What decides about landing. */
  readonly verify: readonly string[];
  /** What every worker is told besides its task: the repository's AGENTS.md, capped. */
  readonly system: string;
  /** Every task there is, those of other runs and of gap plans included. */
  readonly tasks: () => readonly Task[];
  readonly models: WorkerModels;
  readonly complexityOf: (task: Task) => Complexity;
  /** Lets only so many checks run at once. */
  readonly validation: ValidationQueue;
  /** X5. Of checks that wait those go first behind which most work lies: milliseconds, the task's own included. */
  readonly urgencyOf: (task: Task) => number;
  readonly clock: Clock;
  readonly pause: Pause;
  /** What an attempt at a task is expected to take. */
  readonly estimateOf: (task: Task) => TraceTask["estimate"];
  /** What was found in files so far, over all attempts. */
  readonly verdicts: VerdictCache;
  /** By task: who watches the agent that is at work on it. */
  readonly watches: Map<string, Watch>;
  /** Told of each command that looked at an agent's work. */
  readonly onRan: (task: Task, ran: RanCommand) => void;
  readonly signal: AbortSignal;
  readonly onActivity: (task: Task, activity: AgentActivity) => void;
}

export interface Attempt {
  readonly task: Task;
  /** From 1. */
  readonly number: number;
  readonly slot: Slot;
  /** Who begins; another may go on where its provider fails. */
  readonly route: RouteNow;
  /** What decides who that may be. */
  readonly routed: RoutedTask;
  /** The commit it starts from. */
  readonly base: string;
  readonly mode: WorkMode;
  /** Work of an earlier attempt that it goes on from; undefined: it starts clean. */
  readonly continues: Continuation | undefined;
  /** What the agent is sent, lessons included. */
  readonly briefing: Briefing;
  /** What it may write; it may grow while the agent works. */
  readonly scope: TaskScope;
}
