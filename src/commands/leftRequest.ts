import { Refusal } from "../core/refusal.ts";
import type { Settlement } from "../implementation/requests/runRequests.ts";
import { readRunEvents } from "../recovery/runStore.ts";

/** A wish that lies in a run's inbox, or did. */
export interface LeftRequest {
  readonly runId: string;
  readonly name: string;
}

/** What became of it; undefined: nothing yet. Throws `Refusal` where the run's journal cannot be read. */
export async function settlementOf({ runId, name }: LeftRequest, runs: string): Promise<Settlement | undefined> {
  const events = await readRunEvents(runs, runId);
  if (!events.ok) throw new Refusal(events.failure.message);
  return events.value.filter((event) => event.type === "request_settled").find((settled) => settled.request === name);
}
