import { z } from "zod";
import { failure, type Result, success } from "../core/result.ts";
import { attemptEvents, supervisionEvents } from "./events/attemptEvents.ts";
import { landingEvents } from "./events/landingEvents.ts";
import { personEvents } from "./events/personEvents.ts";
import { runLevelEvents } from "./events/runLevelEvents.ts";

/**
 * What happens in a run, as its journal holds it. Past-tense events tell what is done; `landing_intended` is written
 * before the act, so that after a crash the branch itself shows whether it took place. `attempt` counts from 1 per task.
 */
const runEventSchema = z.discriminatedUnion("type", [
  ...runLevelEvents,
  ...attemptEvents,
  ...supervisionEvents,
  ...personEvents,
  ...landingEvents,
]);

type DeepReadonly<Value> = Value extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : Value extends object
    ? { readonly [Key in keyof Value]: DeepReadonly<Value[Key]> }
    : Value;

export type RunEvent = DeepReadonly<z.infer<typeof runEventSchema>>;

export type RunEventOf<Type extends RunEvent["type"]> = Extract<RunEvent, { type: Type }>;

/** Events that concern one task. */
export type TaskEvent = Extract<RunEvent, { readonly task: string }>;

/** Reads an event out of a journal record; the failure says what is wrong with it. */
export function parseRunEvent(event: unknown): Result<RunEvent, string> {
  const parsed = runEventSchema.safeParse(event);
  return parsed.success ? success(parsed.data) : failure(z.prettifyError(parsed.error).replaceAll("\n", " "));
}
