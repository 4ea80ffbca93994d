/** What one worker, or one planning agent, is doing now. */
export interface WorkerActivity {
  /** The task's id, or the planning agent's name. */
  readonly taskId: string;
  readonly title: string;
  /** In a few words: "working", "edit src/a.ts", "verifying", "waiting 8 s for the provider". */
  readonly doing: string;
  /** When it began with this task, in milliseconds since the epoch. */
  readonly startedAt: number;
}

/** A run at one moment: what the live block shows. */
export interface RunSnapshot {
  /** "plan", "backlog" or "implement". */
  readonly phaseId: string;
  readonly startedAt: number;
  readonly tasks: { readonly total: number; readonly complete: number; readonly failed: number };
  /** Busy workers, in a fixed order (by slot), so that lines do not jump. */
  readonly workers: readonly WorkerActivity[];
  readonly tokens: number;
}
