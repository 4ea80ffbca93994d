import type { AgentActivity } from "../core/agentRunner.ts";
import type { Clock } from "../core/clock.ts";
import type { ProgressEntry } from "../core/progress.ts";
import { describeDuration } from "../core/usageText.ts";
import type { ProgressReporter } from "../monitoring/reporter.ts";
import type { WorkerActivity } from "../monitoring/runSnapshot.ts";
import type { RunEvent, RunEventOf } from "../recovery/runEvents.ts";
import type { RunState } from "../recovery/runState.ts";
import type { Inquiry } from "../recovery/taskState.ts";
import type { Task } from "../types.ts";
import { shortList } from "../verification/evidence.ts";
import { answerFlags, inquirySentence } from "./attempts/inquiryText.ts";

/** Shows a run while it goes on: listens to its events and to what its agents are seen doing. */
export class RunProgress {
  /** Most tasks that were worked on at the same moment. */
  mostAtOnce = 0;
  private readonly reporter: ProgressReporter;
  private readonly clock: Clock;
  private readonly tasks: () => readonly Task[];
  private readonly state: () => RunState;
  private readonly startedAt: number;
  private readonly activities = new Map<string, WorkerActivity>();

  constructor(reporter: ProgressReporter, clock: Clock, tasks: () => readonly Task[], state: () => RunState) {
    this.reporter = reporter;
    this.clock = clock;
    this.tasks = tasks;
    this.state = state;
    this.startedAt = clock.now();
  }

  readonly onEvent = (event: RunEvent): void => {
    switch (event.type) {
      case "attempt_started":
        this.begin(event.task);
        this.say(
          "info",
          `started${event.attempt > 1 ? `, attempt ${event.attempt}` : ""} (${event.model})`,
          event.task,
        );
        break;
      case "work_captured":
        this.doing(event.task, "verifying");
        break;
      case "verification_finished":
        if (event.passed) this.doing(event.task, "waiting to land");
        break;
      case "task_landed":
        this.end(event.task);
        this.say("info", `landed as ${event.commit.slice(0, 9)}`, event.task);
        break;
      case "model_changed":
        this.say("info", `goes on with ${event.model} (${event.because})`, event.task);
        break;
      case "correction_sent":
        this.doing(event.task, `mending what failed (${event.correction})`);
        break;
      case "scope_amended":
        this.say(event.granted ? "info" : "warn", describeAmendment(event), event.task);
        break;
      case "approval_requested":
      case "question_asked":
        this.end(event.task);
        this.sayQuestion(event.task);
        break;
      case "answer_given":
        this.say("info", describeAnswer(event, this.inquiryOf(event.task)), event.task);
        break;
      case "run_paused":
      case "task_paused":
        this.say("info", "paused: what runs ends first", "task" in event ? event.task : undefined);
        break;
      case "run_unpaused":
      case "task_unpaused":
        this.say("info", "goes on", "task" in event ? event.task : undefined);
        break;
      case "agent_held":
        this.doing(event.task, "held");
        this.say("info", "stands still; what it made is saved", event.task);
        break;
      case "task_undone":
        this.say("warn", `taken back as ${event.commit.slice(0, 9)}: ${event.because}`, event.task);
        break;
      case "task_restored":
        this.say("info", `is on the branch again as ${event.head.slice(0, 9)}: ${event.because}`, event.task);
        break;
      case "goal_checked":
        this.say(event.met ? "info" : "warn", describeGoal(event));
        break;
      case "tasks_added":
        this.say("info", `gap plan ${event.round}: added ${event.tasks.join(", ")}`);
        break;
      case "attempt_failed":
        this.end(event.task);
        this.say("warn", `attempt ${event.attempt} ended: ${event.message}`, event.task);
        break;
      case "task_failed":
        this.say("error", `failed: ${event.message}`, event.task);
        break;
      case "task_skipped":
        this.say("warn", `skipped: it needs ${event.because}`, event.task);
        break;
      default:
        break;
    }
    this.update();
  };

  readonly onActivity = (task: Task, activity: AgentActivity): void => {
    switch (activity.kind) {
      case "tool":
        this.doing(task.id, `${activity.tool} ${activity.title}`.trim());
        break;
      case "retry":
        this.say("warn", `the provider failed (${activity.message}); trying again`, task.id);
        break;
      case "notice":
        this.say("warn", activity.message, task.id);
        break;
      case "opened":
      case "text":
        this.doing(task.id, "thinking");
        break;
    }
    this.update();
  };

  say(level: ProgressEntry["level"], message: string, taskId?: string): void {
    const context = { phaseId: "implement", timestamp: this.clock.now(), ...(taskId === undefined ? {} : { taskId }) };
    this.reporter.log({ message, level, context });
  }

  elapsed(): string {
    return describeDuration(this.clock.now() - this.startedAt);
  }

  private sayQuestion(taskId: string): void {
    const inquiry = this.inquiryOf(taskId);
    if (inquiry === undefined) return;
    this.say("warn", `${inquirySentence(inquiry)} Answer with ${answerFlags(inquiry)}`, taskId);
  }

  private inquiryOf(taskId: string): Inquiry | undefined {
    return this.state().tasks.get(taskId)?.inquiry;
  }

  private begin(taskId: string): void {
    const title = this.tasks().find((task) => task.id === taskId)?.title ?? "";
    this.activities.set(taskId, { taskId, title, doing: "preparing", startedAt: this.clock.now() });
    this.mostAtOnce = Math.max(this.mostAtOnce, this.activities.size);
  }

  private doing(taskId: string, doing: string): void {
    const activity = this.activities.get(taskId);
    if (activity !== undefined) this.activities.set(taskId, { ...activity, doing });
  }

  private end(taskId: string): void {
    this.activities.delete(taskId);
  }

  private update(): void {
    const tasks = [...this.state().tasks.values()];
    const count = (phase: string) => tasks.filter((task) => task.phase === phase).length;
    this.reporter.update({
      phaseId: "implement",
      startedAt: this.startedAt,
      tasks: { total: tasks.length, complete: count("complete"), failed: count("failed") + count("skipped") },
      workers: [...this.activities.values()],
      tokens: this.state().tokens,
    });
  }
}

function describeAmendment({ granted, paths, reason, because = "" }: RunEventOf<"scope_amended">): string {
  if (paths.length === 0) return "asked for more paths, and named none";
  const asked = `${shortList(paths)}: ${shortList([reason])}`;
  return granted ? `may write ${asked}` : `may not write ${asked} (${shortList([because])})`;
}

function describeAnswer({ approved }: RunEventOf<"answer_given">, inquiry: Inquiry | undefined): string {
  if (inquiry?.kind === "question") return "you answered: it goes on";
  return approved ? "you agreed: it may land" : "you sent it back";
}

function describeGoal({ met, missing }: RunEventOf<"goal_checked">): string {
  return met ? "nothing that was checked of the goal is missing" : `the goal lacks: ${shortList(missing)}`;
}
