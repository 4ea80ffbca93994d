import { isDeepStrictEqual } from "node:util";
import type { RunEvent } from "../../../src/recovery/runEvents.ts";
import type { RunLog } from "../../../src/recovery/runLog.ts";
import { RunProjection, type RunState } from "../../../src/recovery/runState.ts";
import type { SimulatedProcess } from "./simulatedProcess.ts";

/** The state that a journal's events add up to; throws for one that cannot follow. */
export function fold(events: readonly RunEvent[]): RunProjection {
  const projection = new RunProjection();
  for (const event of events) {
    const applied = projection.apply(event);
    if (!applied.ok) throw new Error(`the journal cannot be read: ${applied.failure.message}`);
  }
  return projection;
}

/** Folding the whole journal after each event would be most of a simulation. */
const BETWEEN_LOOKS = 20;

function assertSame(disk: readonly RunEvent[], state: RunState): void {
  if (!isDeepStrictEqual(fold(disk).state, state))
    throw new Error("the journal adds up to another state than the live one");
}

/** As RunLog: applied at once, on disk in the order of the calls, and resolved after that. */
export function memoryLog(runId: string, disk: RunEvent[], life: SimulatedProcess): RunLog {
  const projection = fold(disk);
  let [taken, written] = [0, 0];
  let queue: Promise<unknown> = Promise.resolve();
  const log = {
    runId,
    get state(): RunState {
      return projection.state;
    },
    async record(event: RunEvent): Promise<void> {
      const applied = projection.apply(event);
      if (!applied.ok) throw new Error(`Run ${runId}: ${applied.failure.message}`);
      taken++;
      const done = queue.then(async () => {
        await life.step();
        disk.push(event);
        written++;
        if (written === taken && disk.length % BETWEEN_LOOKS === 0) assertSame(disk, projection.state);
        await life.step();
      });
      queue = done;
      await done;
    },
    close: async () => undefined,
  };
  return log as unknown as RunLog;
}
