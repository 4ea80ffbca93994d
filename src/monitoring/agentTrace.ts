/** One thing an agent was seen to do. `at`: milliseconds since its attempt began, never falling. Paths are relative to the work tree, with `/`. */
export type TraceEvent =
  | {
      readonly kind: "call";
      readonly at: number;
      readonly tool: string;
      readonly does: "read" | "write" | "shell" | "other";
      readonly paths: readonly string[];
      readonly command?: string | undefined;
      readonly fingerprint: string;
      /** `refused`: the fence did not let it through. */
      readonly outcome: "ok" | "error" | "refused";
    }
  /** A whole part of the agent's text. */
  | { readonly kind: "text"; readonly at: number; readonly text: string }
  /** All tokens of the session so far. */
  | { readonly kind: "tokens"; readonly at: number; readonly total: number }
  /** What the work tree differs by from its base, as a checkpoint saw it. */
  | { readonly kind: "difference"; readonly at: number; readonly files: number; readonly lines: number }
  /** Time passes without anything of the above. */
  | { readonly kind: "silence"; readonly at: number };

/** What is known of a task beforehand, as far as an agent's doings are held against it. */
export interface TraceTask {
  /** True for a path the task may write. */
  readonly mayWrite: (path: string) => boolean;
  readonly files: readonly string[];
  readonly reads: readonly string[];
  /** Title, description, context and acceptance commands, as the agent was given them. */
  readonly words: string;
  /** Of the whole attempt; undefined: nobody knows. */
  readonly estimate: {
    readonly tokens: number | undefined;
    readonly lines: number | undefined;
    readonly milliseconds: number | undefined;
  };
}

export type DriftLevel = "none" | "notice" | "critical";

/** What the events so far add up to. */
export interface DriftAssessment {
  readonly level: DriftLevel;
  /** 0: nothing speaks for drift; 1: nothing could speak more for it. */
  readonly score: number;
  /** What speaks for it, the strongest first, a line each for the agent and for a person. */
  readonly signals: readonly string[];
}
