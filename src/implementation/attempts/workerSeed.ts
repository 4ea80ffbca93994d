import { seedOf } from "../../core/seed.ts";

/** D1. The seed of a worker's requests: another for each attempt, or a failed one would only be repeated. */
export function workerSeed(runId: string, task: string, attempt: number): number {
  return seedOf(JSON.stringify([runId, task, attempt]));
}
