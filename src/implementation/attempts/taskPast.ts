import type { ResumeData } from "../../core/agentRunner.ts";
import { withResumeData } from "../../core/resumeData.ts";
import { sendableText } from "../../core/sendableText.ts";
import { truncateUtf8, utf8Length } from "../../core/utf8.ts";
import type { PersonAnswer } from "../../recovery/taskState.ts";
import { shortList } from "../../verification/evidence.ts";

/** What an attempt is told of those before it, besides what their failures taught. */
export interface TaskPast {
  /** Paths that work of an earlier attempt, which is in its work tree already, changed; undefined: it starts clean. */
  readonly continuedPaths: readonly string[] | undefined;
  /** What a person answered to the task's latest question. */
  readonly answer: PersonAnswer | undefined;
}

const QUESTION_BYTES = 160;
const PATHS_BYTES = 120;

/** For the agent, a paragraph each: what lies in its work tree, and what was asked; at most 500 bytes of UTF-8 in all. */
export function describePast({ answer, continuedPaths }: TaskPast): readonly string[] {
  const asked =
    answer && `An earlier session asked: ${within(answer.question, QUESTION_BYTES)} The answer is in resumeData below.`;
  const made =
    continuedPaths &&
    `An earlier session ended before it was done. What it made is in the work tree (${within(shortList(continuedPaths), PATHS_BYTES)}): look at it, then go on from there.`;
  return [asked, made].filter((line) => line !== undefined);
}

/**
 * A person's answer as the agent gets it, within `room` bytes of UTF-8 together with all that is put around it: cut at its
 * end where it does not fit. Undefined: there is none.
 */
export function answerWithin({ answer }: TaskPast, room: number): ResumeData | undefined {
  if (answer === undefined) return undefined;
  const { checkpoint: checkpointId } = answer;
  const userInput = sendableText(answer.input);
  for (let bytes = utf8Length(userInput); ; bytes = Math.floor(bytes * 0.9)) {
    const data = {
      checkpointId,
      userInput: bytes < utf8Length(userInput) ? truncateUtf8(userInput, bytes) : userInput,
    };
    if (sizeOf(data) <= room || bytes < 1) return data;
  }
}

/** Bytes that an answer takes after a prompt. */
export function sizeOf(resumeData: ResumeData | undefined): number {
  return utf8Length(withResumeData("", resumeData));
}

/** Whether the agent gets less of an answer than a person wrote. */
export function isCut({ answer }: TaskPast, resumeData: ResumeData | undefined): boolean {
  return answer !== undefined && resumeData?.userInput !== sendableText(answer.input);
}

function within(text: string, maxBytes: number): string {
  const line = sendableText(text).replace(/\s+/gu, " ").trim();
  return utf8Length(line) > maxBytes ? `${truncateUtf8(line, maxBytes)}…` : line;
}
