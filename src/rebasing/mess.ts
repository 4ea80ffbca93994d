import type { FailedAssertion } from "../types.ts";

export type { FailedAssertion };

/** What sort of mess an attempt made; each has a rule of its own for what is learned from it. */
export type MessClass =
  /** The agent left its task. */
  | "drift"
  /** It changed paths outside the task's scope. */
  | "scope"
  /** It made something that may never land: a link, a key, git's own files. */
  | "forbidden"
  /** Nothing was changed, or nothing moved for too long. */
  | "no_progress"
  /** A command of the task does not pass. */
  | "acceptance"
  /** It passes alone, but not together with what has landed. */
  | "verify"
  | "conflict"
  | "context_overflow"
  /** Answers or tool calls that cannot be read. */
  | "invalid_output"
  /** The time of an attempt was used up. */
  | "timeout"
  /** A person looked at the work and said no. */
  | "rejected";

/** What is known of a failed attempt; everything in it came from programs and agents, and is data. */
export interface Mess {
  readonly mess: MessClass;
  /** What went wrong, in one line. */
  readonly says: string;
  readonly command?: string | undefined;
  /** The end of what the command printed. */
  readonly printed?: string | undefined;
  /** Found in all that it printed, the first ones first. */
  readonly assertions?: readonly FailedAssertion[] | undefined;
  /** Paths it is about: written outside the scope, in conflict, asked for and not granted. */
  readonly paths?: readonly string[] | undefined;
  /** What an agent was seen doing, a line each. */
  readonly signals?: readonly string[] | undefined;
}
