/**
 * An expected reason why a command does not go on: its message is all the user sees.
 * The message says what happened, to what, and what to do, and its last line stands on its own.
 * Thrown only where the whole command ends; a failure that concerns one task is data (see `Result`).
 */
export class Refusal extends Error {
  override readonly name: string = "Refusal";
}

/** The one line an unknown error is worth to a user: its message without the stack. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  return typeof error === "string" ? error : JSON.stringify(error);
}
