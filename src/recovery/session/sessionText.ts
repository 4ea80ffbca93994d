import { createHash } from "node:crypto";
import { parseJson } from "../../core/parseJson.ts";
import { quickCheck } from "../../core/quickCheck.ts";
import type { JournalPlace } from "../journalRecord.ts";
import type { RunState } from "../runState.ts";
import type { TaskState } from "../taskState.ts";
import { type Session, sessionSchema } from "./sessionSchema.ts";
import { publishedRun, publishedTask } from "./sessionState.ts";

/**
 * Writes sessions, one task a line. A task's state never changes once it is there, so its text is made once: what a
 * session costs hangs on the tasks that something happened to.
 */
export class SessionWriter {
  private readonly texts = new WeakMap<TaskState, string>();

  /** What `state` is at `place`; undefined before the run has started. */
  textOf({ tasks, ...run }: RunState, { seq, sum }: JournalPlace): string | undefined {
    const { started } = run;
    if (started === undefined) return undefined;
    const head = { version: 1, run_id: started.run_id, track_id: started.track_id, seq, chained: sum };
    const lines = [...tasks.values()].map((task) => this.lineOf(task));
    const state = `${opened(publishedRun(run))},"tasks":[\n${lines.join(",\n")}\n]}`;
    const body = `${opened(head)},\n"state":${state}`;
    return `${body}${SUM_KEY}${sha256(`${body}}`)}"}\n`;
  }

  private lineOf(task: TaskState): string {
    const known = this.texts.get(task);
    if (known !== undefined) return known;
    const line = JSON.stringify(publishedTask(task));
    this.texts.set(task, line);
    return line;
  }
}

/** The session in a file's text; undefined: it is damaged, of another version, or has variables that we do not know. */
export function parseSession(text: string): Session | undefined {
  const ending = SUM_ENDING.exec(text.slice(-SUM_LENGTH));
  if (ending?.[1] === undefined || sha256(`${text.slice(0, -SUM_LENGTH)}}`) !== ending[1]) return undefined;
  const session = parseJson(text);
  return isSession(session) ? session : undefined;
}

const fits = quickCheck(sessionSchema);

function isSession(value: unknown): value is Session {
  return fits(value);
}

const SUM_KEY = ',"sum":"';
const SUM_ENDING = /^,"sum":"([0-9a-f]{64})"\}\n$/;
const SUM_LENGTH = SUM_KEY.length + 64 + 3;

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** The object's JSON without its closing brace. */
function opened(object: object): string {
  return JSON.stringify(object).slice(0, -1);
}
