import { createHash } from "node:crypto";
import { stringify } from "yaml";
import type { Lesson } from "../recovery/taskState.ts";
import type { Backlog, Task } from "../types.ts";

/** The order a person reads them in; a key that is not named here comes after these. */
const KEYS = ["id", "track_id", "title", "plan", "base", "description", "depends_on", "files", "reads", "context"];

/** A task's own spec as YAML: what it says, without its status, which is how far it has come. */
export function taskSpecText(task: Task): string {
  return specText(taskSpec(task));
}

/** What a run has learned about a task, oldest first. */
export function lessonsSpecText(lessons: readonly Lesson[]): string {
  return specText(lessons.map(({ attempt, mess, text }) => ({ attempt, mess, lesson: text })));
}

/** What a backlog says beside its tasks, and their ids in its order. */
export function trackSpecText(backlog: Backlog): string {
  return specText(trackSpec(backlog));
}

/** The same for two backlogs that say the same, whatever their statuses, layout and comments. */
export function backlogDigest(backlog: Backlog): string {
  return textDigest(JSON.stringify([trackSpec(backlog), backlog.tasks.map(taskSpec)]));
}

export function textDigest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function taskSpec({ status: _status, ...task }: Task): object {
  return arranged(task);
}

function trackSpec({ tasks, ...backlog }: Backlog): object {
  return arranged({ ...backlog, tasks: tasks.map(({ id }) => id) });
}

/** Without what is empty or off, as a file that leaves it out means the same; keys in one order. */
function arranged(value: object): object {
  const said = Object.entries(value).filter(
    ([, held]) => held !== undefined && held !== "" && held !== false && !(Array.isArray(held) && held.length === 0),
  );
  return Object.fromEntries(said.sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1)));
}

function rank(key: string): number {
  const at = KEYS.indexOf(key);
  return at < 0 ? KEYS.length : at;
}

/** One entry of a list a line and long texts as blocks, so that a difference shows what differs and no more. */
function specText(spec: object): string {
  return stringify(spec, { lineWidth: 0, blockQuote: "literal", aliasDuplicateObjects: false });
}
