import { createHash } from "node:crypto";
import {
  assembleWorkerMessage,
  type CompiledTask,
  compileTaskMessage,
  type ProjectContext,
  projectContext,
  roomForLessons,
  WORKER_MESSAGE_BYTES,
} from "../../backlog/taskMessage.ts";
import { CLOSING_RULES, TOOLS_RULE } from "../../backlog/taskSections.ts";
import type { ResumeData } from "../../core/agentRunner.ts";
import { failure, type Result, success } from "../../core/result.ts";
import { utf8Length } from "../../core/utf8.ts";
import type { ControlRepository } from "../../git/controlRepository.ts";
import { lessonsText } from "../../rebasing/lessons.ts";
import type { RunEventOf } from "../../recovery/runEvents.ts";
import type { RunState } from "../../recovery/runState.ts";
import type { Backlog, ContextAmount, Task } from "../../types.ts";
import { describeContextFinding, isFatal, verifyContext } from "../../verification/contextVerifier.ts";
import type { AttemptFailure } from "./attemptOutcome.ts";
import { ContextFreshness } from "./contextFreshness.ts";
import { answerWithin, describePast, isCut, sizeOf, type TaskPast } from "./taskPast.ts";

/** What an agent is sent for one attempt at a task, seen to be fit to be sent. */
export interface Briefing {
  readonly text: string;
  /** A person's answer, which the host puts after the text. */
  readonly resumeData: ResumeData | undefined;
  /** How much of the task's context it holds. */
  readonly context: ContextAmount;
  /** What the journal keeps of it: never the text itself (O12). */
  readonly record: NonNullable<RunEventOf<"attempt_started">["message"]>;
  /** What was mended, for a person to know, a line each. */
  readonly notices: readonly string[];
}

/** Writes the messages of a run's tasks. Nothing is sent here. */
export class TaskBriefings {
  private readonly backlog: Backlog;
  private readonly project: ProjectContext;
  private readonly freshness: ContextFreshness;

  constructor(backlog: Backlog, control: ControlRepository) {
    this.backlog = backlog;
    this.project = projectContext(backlog);
    this.freshness = new ContextFreshness(backlog, control);
  }

  /**
   * The message for the next attempt at `task` on commit `head`, with what was learned from the attempts before. A
   * failure costs no attempt and would only come again.
   */
  async brief(
    task: Task,
    head: string,
    run: RunState,
    context: ContextAmount,
    past: TaskPast,
  ): Promise<Result<Briefing, AttemptFailure>> {
    const changedSince = await this.freshness.changedSince(task, head, run);
    const changedBy = new Map(task.depends_on.map((id) => [id, run.tasks.get(id)?.work?.paths ?? []]));
    const compiled = compileTaskMessage(task, this.project, { changedBy, changedSince: changedSince ?? [] }, context);
    if (!compiled.ok) return failure({ ...compiled.failure, reason: "message_too_large" });

    const told = describePast(past);
    const resumeData = answerWithin(past, roomForLessons(compiled.value, { past: told }));
    const around = { past: told, reservedBytes: sizeOf(resumeData) };
    const lesson = lessonsText(run.tasks.get(task.id)?.lessons ?? [], roomForLessons(compiled.value, around));
    const message = assembleWorkerMessage(compiled.value, { ...around, lessons: lesson });
    if (!message.ok) return failure({ ...message.failure, reason: "message_too_large" });

    const findings = await verifyContext({
      task,
      message: message.value,
      maxBytes: WORKER_MESSAGE_BYTES - around.reservedBytes,
      shared: [...this.sharedWith(task, changedBy), ...(changedSince ?? []), ...told, lesson],
      tasks: this.backlog.tasks,
      changedSince,
    });
    if (findings.some(isFatal)) return failure({ reason: "context_refused", findings: findings.filter(isFatal) });
    return success({
      text: message.value,
      resumeData,
      context,
      record: recordOf(message.value, compiled.value, findings.map(describeContextFinding)),
      // A key that is let through is said when it is sent, for every role alike.
      notices: [
        ...findings.filter(({ reason }) => reason !== "secret_allowed").map(describeContextFinding),
        ...(isCut(past, resumeData)
          ? ["a person's answer is longer than its message has room for: its end is left out"]
          : []),
      ],
    });
  }

  /** What of the rest of the backlog a task's message may hold. */
  private sharedWith(task: Task, changedBy: ReadonlyMap<string, readonly string[]>): readonly string[] {
    const { title, criteria, verify, titleOf } = this.project;
    const before = task.depends_on.map((id) => titleOf.get(id) ?? "");
    const rules = [TOOLS_RULE, ...CLOSING_RULES];
    return [title, ...criteria, ...verify, ...before, ...[...changedBy.values()].flat(), ...rules];
  }
}

function recordOf(text: string, { omissions }: CompiledTask, notices: string[]): Briefing["record"] {
  return {
    sha256: createHash("sha256").update(text).digest("hex"),
    bytes: utf8Length(text),
    omissions: omissions.map(({ section, how, bytes }) => ({ section, how, bytes })),
    notices,
  };
}
