import { isObject } from "../core/isObject.ts";

/** What the records of this code are written as; each older version is brought up to it step by step. */
export const RECORD_VERSION = 2;

/** Brings an event of one version to the next. Pure, and never changed once there are journals of the version after. */
type Upgrade = (event: unknown) => unknown;

/**
 * By the version it starts from. A version begins where an event that was sound before would be refused, or mean
 * something else, now; new types of events and new optional parts need none.
 */
const STEPS: readonly { readonly from: number; readonly upgrade: Upgrade }[] = [{ from: 1, upgrade: nameCheckpoint }];

/** The event of a record of `version`, which is not above `RECORD_VERSION`, as this code would have written it. */
export function upgradeEvent(event: unknown, version: number): unknown {
  return STEPS.reduce((upgraded, { from, upgrade }) => (from >= version ? upgrade(upgraded) : upgraded), event);
}

/**
 * 1 → 2: checkpoints have names, which is what a person goes back to. Those of version 1 were told apart by their refs
 * alone: `refs/mac/checkpoints/<run>/<task>/<attempt>/<n>` is `<last six of run>-<task>-<attempt>-c<n>`.
 */
function nameCheckpoint(event: unknown): unknown {
  if (!isObject(event) || event.type !== "checkpoint_taken" || "id" in event || typeof event.ref !== "string") {
    return event;
  }
  const [run, task, attempt, number] = event.ref.split("/").slice(3);
  if (run === undefined || number === undefined) return event;
  return { ...event, id: `${run.slice(-6)}-${task}-${attempt}-c${number}` };
}
