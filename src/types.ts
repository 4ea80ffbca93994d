/** The vocabulary every folder shares. Types only: nothing here runs. */

/** `provider/model`, as OpenCode writes it: the first slash separates, the model may contain more. */
export interface ModelRef {
  readonly providerID: string;
  readonly modelID: string;
}

/** A shell command whose exit status 0 means "pass". */
export interface Check {
  readonly run: string;
}

/** One failed assertion or compile error, as far as a test runner or compiler said it. */
export interface FailedAssertion {
  readonly says: string;
  readonly test?: string | undefined;
  /** Relative to the work tree when it lies in it. */
  readonly file?: string | undefined;
  /** From 1. */
  readonly line?: number | undefined;
}

export type Complexity = "documentation" | "simple" | "complex";

/** A task's status as BACKLOG.yaml shows it: a projection of the journal, never the truth itself. */
export type TaskStatus = "pending" | "in_progress" | "awaiting_input" | "complete" | "failed" | "skipped";

/** O5. How much of its task's context an agent is told; what it cannot do without is in all three. */
export type ContextAmount = "full" | "minimal" | "essential";

/** One task as BACKLOG.yaml holds it, defaults filled in. Paths are relative to the repository's root, with `/`. */
export interface Task {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly depends_on: readonly string[];
  /** What the task may write: paths or globs. */
  readonly files: readonly string[];
  readonly reads: readonly string[];
  readonly context: string;
  readonly acceptance: readonly Check[];
  readonly complexity?: Complexity;
  readonly model?: string;
  readonly allow_empty: boolean;
  readonly network: boolean;
  readonly status: TaskStatus;
}

/** What the whole feature has to satisfy, carried from the plan. */
export interface Goal {
  readonly criteria: readonly string[];
  readonly checks: readonly Check[];
}

export interface Backlog {
  readonly version: 1;
  readonly track_id: string;
  readonly title: string;
  readonly plan?: string;
  /** Id of the git tree the tasks were written against: what their context says was true there. */
  readonly base?: string;
  readonly goal?: Goal;
  readonly verify: readonly string[];
  readonly setup: readonly string[];
  readonly tasks: readonly Task[];
}

/** The points of view of the three planning agents. With `--agents` above 3 they repeat, numbered. */
export type PlanningPerspective = "architecture" | "delivery" | "risk";

/** One step of a plan as an agent names it. `depends_on` holds ids of the same answer. */
export interface PlanItem {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly files: readonly string[];
  readonly depends_on: readonly string[];
  readonly acceptance: readonly string[];
  readonly effort?: "small" | "medium" | "large";
}

/** What a planning agent answers, by schema. */
export interface PlanAnswer {
  readonly title: string;
  readonly goal: string;
  readonly approach: string;
  readonly items: readonly PlanItem[];
  readonly risks: readonly string[];
  readonly acceptance: readonly string[];
}

/** A planning agent's answer together with who gave it. `agent` is unique within a plan, e.g. "architecture". */
export interface AgentPlan {
  readonly agent: string;
  readonly answer: PlanAnswer;
}

/** An item of one agent's answer that went into the plan, and the effort that agent saw in it. */
export interface ItemSource {
  readonly agent: string;
  readonly item: string;
  readonly effort?: "small" | "medium" | "large";
}

export interface MergedItem extends PlanItem {
  /** Every input item that went into this one. */
  readonly provenance: readonly ItemSource[];
  /** Agents that named it, out of the agents that answered. */
  readonly agreement: { readonly named: number; readonly answered: number };
}

/** A difference between agents that the merge had to settle, and how it did. */
export interface Disagreement {
  readonly about: string;
  readonly positions: readonly { readonly agent: string; readonly says: string }[];
  readonly settled: string;
}

/** H8. What the researcher found out before planning; `source` is a link or a path. */
export interface Research {
  readonly version: 1;
  readonly findings: readonly { readonly says: string; readonly source: string }[];
  readonly constraints: readonly string[];
  readonly risks: readonly string[];
}

/** The merged plan: what PLAN.md's machine block holds. */
export interface Plan {
  readonly version: 1;
  readonly title: string;
  readonly goal: string;
  readonly approach: string;
  readonly agents: readonly string[];
  /** Agents that were asked and gave no usable answer, with the reason. */
  readonly missing: readonly { readonly agent: string; readonly reason: string }[];
  readonly items: readonly MergedItem[];
  readonly risks: readonly string[];
  readonly acceptance: readonly string[];
  readonly disagreements: readonly Disagreement[];
}
