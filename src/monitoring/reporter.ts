import type { ProgressEntry } from "../core/progress.ts";
import type { RunSnapshot } from "./runSnapshot.ts";

/** H7: shows a run to the user while it goes on. */
export interface ProgressReporter {
  /** One thing that happened. */
  log(entry: ProgressEntry): void;
  /** How the run stands now; call it as often as something changes. */
  update(snapshot: RunSnapshot): void;
  /** Shows what is still to be shown and takes the live block away. Final: what comes after is not shown. */
  stop(): void;
}

/** Calls `tick` every `intervalMs` without keeping the process alive, until the returned function is called. */
export type StartTicker = (tick: () => void, intervalMs: number) => () => void;
