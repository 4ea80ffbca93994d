import { failure, type Result, success } from "../core/result.ts";
import { utf8Length } from "../core/utf8.ts";
import type { ContextAmount, Task } from "../types.ts";
import { compressSections, firstLines, type Omission } from "./contextCompressor.ts";
import { delimited, type ProjectContext, sectionsOf, type TaskMoment, taskSections } from "./taskSections.ts";

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
 * network can be used, the tools to ask with; the feature's criteria, its `verify` commands, its title; what was done
 * before; then `context` is shortened from its end, and the list of files to read. Every field is made sendable first
 * (`sendableText`). A smaller `amount` of context leaves out more from the start; that is no omission.
 */
export function compileTaskMessage(
  task: Task,
  project: ProjectContext,
  moment: TaskMoment = NO_MOMENT,
  amount: ContextAmount = "full",
): Result<CompiledTask, MessageTooLarge> {
  const compressed = compressSections(sectionsOf(amount, taskSections(task, project, moment)), COMPILED_TASK_BYTES);
  if (compressed.bytes > COMPILED_TASK_BYTES) {
    return failure({ reason: "too_large", bytes: compressed.bytes, limit: COMPILED_TASK_BYTES });
  }
  return success(compressed);
}

const NO_MOMENT: TaskMoment = { changedBy: new Map(), changedSince: [] };

/** What a message holds besides the compiled task. */
export interface MessageAdditions {
  /** What was learned from earlier attempts. */
  readonly lessons?: string;
  /** What else the agent has to know of them, a line each; never left out. */
  readonly past?: readonly string[];
  /** Bytes of UTF-8 that are kept free, for what the host adds. */
  readonly reservedBytes?: number;
}

/**
 * What is really sent: the compiled task, what came before, then what was learned from earlier attempts (whole lines from
 * the start, as many as fit; all of it if it keeps to `roomForLessons`). Fails if the rest alone is over 3,072 bytes.
 */
export function assembleWorkerMessage(
  compiled: CompiledTask,
  { lessons = "", past = [], reservedBytes = 0 }: MessageAdditions = {},
): Result<string, MessageTooLarge> {
  const required = [compiled.text, ...past].join("\n\n");
  const bytes = utf8Length(required) + reservedBytes;
  if (bytes > WORKER_MESSAGE_BYTES) return failure({ reason: "too_large", bytes, limit: WORKER_MESSAGE_BYTES });
  const learned = lessonsBlock(lessons, WORKER_MESSAGE_BYTES - bytes - 2);
  return success(learned === undefined ? required : `${required}\n\n${learned}`);
}

/** What stands around lessons, whose tags may get a number of two digits. */
const LESSONS_FRAME = utf8Length(`${lessonsFrame(delimited("lessons-99", "")).join("\n")}\n`);

/** How many bytes of UTF-8 lessons may take to be whole in the message of `compiled`; less than 1: they have no room. */
export function roomForLessons(
  compiled: CompiledTask,
  { past = [], reservedBytes = 0 }: Omit<MessageAdditions, "lessons"> = {},
): number {
  const bytes = utf8Length([compiled.text, ...past].join("\n\n")) + reservedBytes;
  return WORKER_MESSAGE_BYTES - bytes - utf8Length("\n\n") - LESSONS_FRAME;
}

/** What was left out of a message, for a person: `context shortened by 310 bytes, verify left out`. */
export function describeOmissions(omissions: readonly Omission[]): string {
  return omissions
    .map(({ section, how, bytes }) =>
      how === "dropped" ? `${section} left out` : `${section} shortened by ${bytes} bytes`,
    )
    .join(", ");
}

function lessonsBlock(lessons: string, maxBytes: number): string | undefined {
  const tagged = delimited("lessons", lessons);
  const [title, opening, closing] = lessonsFrame(tagged);
  const room = maxBytes - utf8Length([title, opening, closing].join("\n")) - 1;
  const body = firstLines(tagged.slice(1, -1), room);
  if (body.every((line) => line.trim() === "")) return undefined;
  return [title, opening, ...body, closing].join("\n");
}

function lessonsFrame(tagged: readonly string[]): readonly [title: string, opening: string, closing: string] {
  return ["Learned from earlier attempts at this task:", tagged[0] ?? "", tagged.at(-1) ?? ""];
}
