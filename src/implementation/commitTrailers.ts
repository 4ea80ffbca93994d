/** Names of the trailers by which our commits say what they are, without a journal. */
export const RUN = "Mac-Run";
export const TASK = "Mac-Task";
export const ATTEMPT = "Mac-Attempt";
export const MODEL = "Mac-Model";
/** A checkpoint's id: what has it has landed nothing. */
export const CHECKPOINT = "Mac-Checkpoint";

export function withTrailers(text: string, trailers: readonly (readonly [string, string])[]): string {
  return `${text}\n\n${trailers.map(([name, value]) => `${name}: ${value}`).join("\n")}\n`;
}
