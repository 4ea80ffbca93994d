import { z } from "zod";
import type { DeepReadonly } from "../core/deepReadonly.ts";
import { isObject } from "../core/isObject.ts";
import { type QuickCheck, quickCheck } from "../core/quickCheck.ts";
import { failure, type Result, success } from "../core/result.ts";
import { attemptEvents, supervisionEvents } from "./events/attemptEvents.ts";
import { landingEvents } from "./events/landingEvents.ts";
import { personEvents } from "./events/personEvents.ts";
import { runLevelEvents } from "./events/runLevelEvents.ts";

/**
 * What happens in a run, as its journal holds it. Past-tense events tell what is done; `landing_intended` is written
 * before the act, so that after a crash the branch itself shows whether it took place. `attempt` counts from 1 per task.
 */
const shapes = [...runLevelEvents, ...attemptEvents, ...supervisionEvents, ...personEvents, ...landingEvents] as const;
const runEventSchema = z.discriminatedUnion("type", shapes);
const checks = new Map<unknown, QuickCheck>(shapes.map((shape) => [shape.shape.type.value, quickCheck(shape)]));

export type RunEvent = DeepReadonly<z.infer<typeof runEventSchema>>;

export type RunEventOf<Type extends RunEvent["type"]> = Extract<RunEvent, { type: Type }>;

/** Events that concern one task. */
export type TaskEvent = Extract<RunEvent, { readonly task: string }>;

/** Reads an event out of a journal record; the failure says what is wrong with it. */
export function parseRunEvent(event: unknown): Result<RunEvent, string> {
  if (isRunEvent(event)) return success(event);
  const parsed = runEventSchema.safeParse(event);
  return parsed.success ? success(parsed.data) : failure(z.prettifyError(parsed.error).replaceAll("\n", " "));
}

function isRunEvent(event: unknown): event is RunEvent {
  return isObject(event) && checks.get(event.type)?.(event) === true;
}
