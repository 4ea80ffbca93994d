import { counted } from "../core/counted.ts";
import { dataSection, SECTIONS_ARE_DATA } from "../core/dataSection.ts";
import { truncateUtf8, utf8Length } from "../core/utf8.ts";
import { visibleName } from "../core/visibleText.ts";
import type { Task } from "../types.ts";

/** D1: changes whenever a word of what the reviewer is told does. */
export const REVIEW_PROMPT_VERSION = "goal-review-1";

export const REVIEW_SYSTEM = `Judge whether this repository meets criteria for a feature that others have just built in it. You see its final state.
You may read files and search; you change nothing and run nothing. Whoever built it may have claimed more than is there:
believe only what you read in the files.

For each criterion: "met" is true only if you have seen in the files that it holds; "evidence" names the files that show
it, by paths from the repository's root; where it is not met, "missing" says in one or two sentences what is not there
yet, so that someone who has not seen your work can add it. What cannot be seen in files, such as how fast something
runs, is met when the code and the tests for it are there. Judge no more than each criterion says.

Answer only with JSON of this shape, each criterion once:
{"criteria": [{"criterion": 1, "met": true, "evidence": [{"path": "", "line": 1, "says": ""}], "missing": ""}]}`;

/** Together, with the frame, they stay below the 40 KB of a reviewer's prompt. */
const CRITERIA_BYTES = 14 * 1024;
const TASKS_BYTES = 10 * 1024;
const PATHS_BYTES = 10 * 1024;
const MOST_CRITERIA = 25;
/** A longer one cannot be judged in parts: it is not judged at all. */
export const LONGEST_CRITERION_BYTES = 4 * 1024;

export interface ReviewMaterial {
  /** Of the feature. */
  readonly title: string;
  readonly criteria: readonly string[];
  readonly tasks: readonly Pick<Task, "id" | "title" | "files">[];
  /** What the feature's commits changed, in the order of the paths. */
  readonly changedPaths: readonly string[];
}

/** Criteria in parts that one reviewer is asked about, in their order. Each is at most `LONGEST_CRITERION_BYTES`. */
export function reviewParts<Criterion extends { readonly text: string }>(
  criteria: readonly Criterion[],
): readonly (readonly Criterion[])[] {
  const parts: Criterion[][] = [];
  let bytes = 0;
  for (const criterion of criteria) {
    const size = utf8Length(criterion.text) + 8;
    const last = parts.at(-1);
    if (last === undefined || last.length === MOST_CRITERIA || bytes + size > CRITERIA_BYTES) {
      parts.push([criterion]);
      bytes = size;
    } else {
      last.push(criterion);
      bytes += size;
    }
  }
  return parts;
}

/** What a reviewer is asked. Of a task it says no more than the backlog's list does: its text was for its worker alone. */
export function reviewPrompt({ title, criteria, tasks, changedPaths }: ReviewMaterial): string {
  const done = tasks.map((task) => `${task.id} ${task.title}: ${task.files.join(", ")}`);
  const numbered = criteria.map((text, index) => `${index + 1}. ${text.trim()}`);
  return [
    SECTIONS_ARE_DATA,
    dataSection("FEATURE", truncateUtf8(title, 1_000)),
    dataSection("TASKS THAT WERE DONE", fitting(done, TASKS_BYTES, "task")),
    ...(changedPaths.length === 0
      ? []
      : [dataSection("PATHS THEY CHANGED", fitting(changedPaths.map(visibleName), PATHS_BYTES, "path"))]),
    dataSection("CRITERIA", numbered.join("\n")),
    `Judge ${criteria.length === 1 ? "the criterion" : `the ${criteria.length} criteria`} now.`,
  ].join("\n\n");
}

function fitting(lines: readonly string[], maxBytes: number, what: string): string {
  const kept: string[] = [];
  let bytes = 0;
  for (const line of lines) {
    const short = truncateUtf8(line, 400);
    bytes += utf8Length(short) + 1;
    if (bytes > maxBytes) break;
    kept.push(short);
  }
  const more = lines.length - kept.length;
  return [...kept, ...(more > 0 ? [`and ${counted(more, `more ${what}`)}`] : [])].join("\n");
}
