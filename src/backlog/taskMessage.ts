import type { ResumeData } from "../core/agentRunner.ts";
import { failure, type Result, success } from "../core/result.ts";
import { utf8Length } from "../core/utf8.ts";
import type { Task } from "../types.ts";
import { compressSections, firstLines, type Omission } from "./contextCompressor.ts";
import { delimited, type ProjectContext, type TaskMoment, taskSections } from "./taskSections.ts";

export { type ProjectContext, projectContext, type TaskMoment } from "./taskSections.ts";

/** DESIGN.md: a task as compiled takes at most 2,304 bytes of UTF-8 … */
export const COMPILED_TASK_BYTES = 2_304;
/** … and every message a worker is sent at most 3,072; the difference is for lessons and resume data. */
export const WORKER_MESSAGE_BYTES = 3_072;

export interface CompiledTask {
  readonly text: string;
  readonly bytes: number;
  /** What was left out to make it fit, for the person to see. */
  readonly omissions: readonly Omission[];
}

export interface MessageTooLarge {
  readonly reason: "too_large";
  readonly bytes: number;
  readonly limit: number;
}

/**
 * The text a worker is sent for a task. It always holds id, title, the description word for word, the paths it may
 * write, the acceptance commands and how to finish. When room is short the rest is left out in this order: whether the
 * network can be used; the feature's criteria, its `verify` commands, its title; what was done before; then `context` is
 * shortened from its end, and the list of files to read. Every field is made sendable first (`sendableText`).
 */
export function compileTaskMessage(
  task: Task,
  project: ProjectContext,
  moment: TaskMoment = NO_MOMENT,
): Result<CompiledTask, MessageTooLarge> {
  const compressed = compressSections(taskSections(task, project, moment), COMPILED_TASK_BYTES);
  if (compressed.bytes > COMPILED_TASK_BYTES) {
    return failure({ reason: "too_large", bytes: compressed.bytes, limit: COMPILED_TASK_BYTES });
  }
  return success(compressed);
}

const NO_MOMENT: TaskMoment = { changedBy: new Map(), changedSince: [] };

/**
 * What is really sent: the compiled task, then what was learned from earlier attempts (whole lines from the start, as
 * many as fit), then a person's answer, which is never shortened. Fails if task and answer alone are over 3,072 bytes.
 */
export function assembleWorkerMessage(
  compiled: CompiledTask,
  lessons?: string,
  resume?: ResumeData,
): Result<string, MessageTooLarge> {
  const answer = resume === undefined ? undefined : answerBlock(resume);
  const required = [compiled.text, ...(answer === undefined ? [] : [answer])];
  const bytes = utf8Length(required.join("\n\n"));
  if (bytes > WORKER_MESSAGE_BYTES) return failure({ reason: "too_large", bytes, limit: WORKER_MESSAGE_BYTES });
  const learned = lessonsBlock(lessons ?? "", WORKER_MESSAGE_BYTES - bytes - 2);
  return success([compiled.text, ...(learned === undefined ? [] : [learned]), ...required.slice(1)].join("\n\n"));
}

/** What was left out of a message, for a person: `context shortened by 310 bytes, verify left out`. */
export function describeOmissions(omissions: readonly Omission[]): string {
  return omissions
    .map(({ section, how, bytes }) =>
      how === "dropped" ? `${section} left out` : `${section} shortened by ${bytes} bytes`,
    )
    .join(", ");
}

function answerBlock(resume: ResumeData): string {
  return ["A person answered your question:", ...delimited("answer", resume.userInput)].join("\n");
}

function lessonsBlock(lessons: string, maxBytes: number): string | undefined {
  const [opening = "", ...rest] = delimited("lessons", lessons);
  const closing = rest.at(-1) ?? "";
  const frame = ["Learned from earlier attempts at this task:", opening, closing];
  const body = firstLines(rest.slice(0, -1), maxBytes - utf8Length(frame.join("\n")) - 1);
  if (body.every((line) => line.trim() === "")) return undefined;
  return [frame[0], opening, ...body, closing].join("\n");
}
