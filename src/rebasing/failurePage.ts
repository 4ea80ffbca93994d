import { shellWord } from "../core/shellWord.ts";
import { truncateUtf8 } from "../core/utf8.ts";
import { visibleName, withoutHiddenCharacters } from "../core/visibleText.ts";
import type { Lesson } from "../recovery/taskState.ts";
import type { Task } from "../types.ts";
import { PERSON_ADVICE } from "./advice.ts";
import { listWithin } from "./cutText.ts";

/** One attempt as the journal tells it. */
export interface PageAttempt {
  readonly number: number;
  readonly model: string;
  /** The commit it started from. */
  readonly base: string;
  /** How it failed, in one line. */
  readonly says: string;
  /** Undefined for a failure that is no mess of the agent's. */
  readonly mess?: string | undefined;
  /** Where what it left is kept; undefined: it left nothing. */
  readonly archivedRef?: string | undefined;
}

/** A task that has failed, and all that is known of it. Texts of programs and agents are data. */
export interface FailedTaskFacts {
  readonly task: Pick<Task, "id" | "title" | "files" | "acceptance">;
  readonly runId: string;
  /** Why it is not tried again, in one line. */
  readonly because: string;
  /** Oldest first, those that cost none included. */
  readonly attempts: readonly PageAttempt[];
  readonly grantedPaths: readonly string[];
  /** The last command that failed, and the end of what it printed. */
  readonly lastCheck?: { readonly command: string; readonly output: string } | undefined;
  readonly lessons: readonly Lesson[];
  /** Absolute path of control.git. */
  readonly controlGit: string;
  /** Relative to the repository's root. */
  readonly backlogFile: string;
}

/** A page: with all its parts full it has 57 lines. */
const SHOWN_ATTEMPTS = 6;
const SHOWN_OUTPUT_LINES = 11;
const SHOWN_LESSON_LINES = 10;
/** Bytes of one line, but for commands, which are to be copied. */
const LINE_BYTES = 200;

/** Everything a person needs to take over a failed task, as Markdown of at most 60 lines. */
export function failurePage(facts: FailedTaskFacts): string {
  const { task, attempts, lastCheck, lessons } = facts;
  const sections: readonly (readonly string[])[] = [
    [`# ${oneLine(`${task.id}: ${task.title}`)}`],
    [`Failed in run ${facts.runId}: ${oneLine(facts.because)}`, ...scopeLines(facts)],
    ["## Attempts", ...attemptLines(facts)],
    lastCheck === undefined
      ? []
      : [`## The last command that failed: ${oneLine(lastCheck.command)}`, ...lastOutput(lastCheck.output)],
    lessons.length === 0 ? [] : ["## What the next attempt would have been told", ...lessonLines(lessons)],
    ["## What to try", ...adviceLines(facts)],
  ];
  const shown = attempts.length === 0 ? sections.filter((lines) => lines[0] !== "## Attempts") : sections;
  return `${shown
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function scopeLines({ task, grantedPaths }: FailedTaskFacts): readonly string[] {
  const list = (paths: readonly string[]) => oneLine(listWithin(paths.map(visibleName), LINE_BYTES - 20));
  const commands = task.acceptance.map(({ run }) => run);
  return [
    `- may write: ${task.files.length === 0 ? "nothing" : list(task.files)}`,
    ...(grantedPaths.length === 0 ? [] : [`- was granted as well: ${list(grantedPaths)}`]),
    ...(commands.length === 0 ? [] : [`- is done when these pass: ${list(commands)}`]),
  ];
}

function attemptLines({ attempts, controlGit }: FailedTaskFacts): readonly string[] {
  const shown = attempts.slice(-SHOWN_ATTEMPTS);
  const hidden = attempts.length - shown.length;
  return [
    ...(hidden === 0 ? [] : [`- (${hidden} earlier ${hidden === 1 ? "one" : "ones"} left out)`]),
    ...shown.flatMap(({ number, model, base, says, mess, archivedRef }) => [
      oneLine(`- ${number}. ${model}${classOf(mess, says)}: ${says}`),
      archivedRef === undefined
        ? "  It left nothing."
        : `  \`git --git-dir=${shellWord(controlGit)} diff ${base} ${archivedRef}\``,
    ]),
  ];
}

/** Indented, so that nothing a program printed ends the block. */
function lastOutput(output: string): readonly string[] {
  const lines = withoutHiddenCharacters(output).trimEnd().split("\n");
  if (lines.every((line) => line === "")) return ["It printed nothing."];
  return ["", ...lines.slice(-SHOWN_OUTPUT_LINES).map((line) => `    ${truncateUtf8(line, LINE_BYTES)}`)];
}

/** The latest first, as an agent is told them. */
function lessonLines(lessons: readonly Lesson[]): readonly string[] {
  const lines = lessons.toReversed().flatMap(({ attempt, mess, text }) => {
    const [first = "", ...rest] = withoutHiddenCharacters(text).split("\n");
    return [`- attempt ${attempt}${classOf(mess, first)}: ${first}`, ...rest.map((line) => `  ${line}`)];
  });
  return lines.slice(0, SHOWN_LESSON_LINES).map((line) => truncateUtf8(line, LINE_BYTES));
}

function adviceLines({ task, attempts, lessons, backlogFile }: FailedTaskFacts): readonly string[] {
  const mess = lessons.at(-1)?.mess ?? attempts.at(-1)?.mess;
  const same = lessons.filter((lesson) => lesson.mess === mess).length;
  const advice = new Map<string, readonly string[]>(Object.entries(PERSON_ADVICE)).get(mess ?? "") ?? [];
  return [
    ...(mess !== undefined && same > 1
      ? [`- ${same} attempts failed for the same sort of reason: ${words(mess)}.`]
      : []),
    ...advice.map((line) => `- ${line}`),
    `- Then set the status of ${task.id} to pending in ${oneLine(backlogFile)} and run implement again.`,
  ];
}

/** Nothing where the words begin with it. */
function classOf(mess: string | undefined, says: string): string {
  return mess === undefined || says.startsWith(words(mess)) ? "" : `, ${words(mess)}`;
}

function words(mess: string): string {
  return mess.replaceAll("_", " ");
}

function oneLine(text: string): string {
  return truncateUtf8(withoutHiddenCharacters(text).replace(/\s+/gu, " ").trim(), LINE_BYTES);
}
