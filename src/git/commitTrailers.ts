import type { LoggedCommit } from "./commitLog.ts";

/** Names of the trailers by which our commits say what they are, without a journal. */
export const RUN = "Mac-Run";
export const TASK = "Mac-Task";
export const ATTEMPT = "Mac-Attempt";
export const MODEL = "Mac-Model";
/** A checkpoint's id: what has it has landed nothing. */
export const CHECKPOINT = "Mac-Checkpoint";
/** What a commit of a branch took back, and what it made the branch again. */
export const UNDOES = "Mac-Undoes";
export const RETURNS_TO = "Mac-Returns-To";

/** True of what we made: people's commits have no trailers of ours. */
export function isOurs({ trailers }: LoggedCommit): boolean {
  return [RUN, UNDOES, RETURNS_TO].some((name) => trailers.has(name));
}

export function withTrailers(text: string, trailers: readonly (readonly [string, string])[]): string {
  return `${text}\n\n${trailers.map(([name, value]) => `${name}: ${value}`).join("\n")}\n`;
}
