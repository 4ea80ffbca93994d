import type { RunRequestOf } from "../../recovery/inbox.ts";
import type { Settlement } from "../requests/runRequests.ts";
import type { CrewSources } from "../runCrew.ts";

/** A rollback that another process asked the run's owner for, done while nothing else is under way. */
export async function rollBackInRun(_request: RunRequestOf<"rollback">, _run: CrewSources): Promise<Settlement> {
  return { done: false, message: "not yet" };
}
