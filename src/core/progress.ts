/** H7: one thing worth telling the user, as data. Rendering is the reporter's. */
export interface ProgressEntry {
  readonly message: string;
  readonly level: "info" | "warn" | "error";
  readonly context: {
    /** "plan", "backlog" or "implement". */
    readonly phaseId: string;
    readonly taskId?: string;
    /** Milliseconds since the epoch. */
    readonly timestamp: number;
  };
}

export type LogProgress = (entry: ProgressEntry) => void;

/** Where progress is drawn: what is needed of `process.stderr`. */
export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}
