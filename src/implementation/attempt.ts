import type { Options } from "../config.ts";
import type { AgentActivity, AgentRunner } from "../core/agentRunner.ts";
import type { ControlRepository } from "../git/controlRepository.ts";
import type { Slot } from "../git/slot.ts";
import type { Identity } from "../git/userRepository.ts";
import type { ModelRef, Task } from "../types.ts";
import type { RunRecorder } from "./runRecorder.ts";
import type { Confine, SlotSetup } from "./slotSetup.ts";
import type { Briefing } from "./taskBriefing.ts";

/** What attempts share over a whole run. */
export interface AttemptSurroundings {
  readonly recorder: RunRecorder;
  readonly control: ControlRepository;
  readonly runner: AgentRunner;
  readonly options: Options;
  readonly author: Identity;
  /** Folder for index files of ours. */
  readonly indexes: string;
  /** The whole environment of acceptance, but for what the confinement adds. */
  readonly environment: Readonly<Record<string, string>>;
  readonly setup: SlotSetup;
  readonly confine: Confine;
  /** What every worker is told besides its task: the repository's AGENTS.md, capped. */
  readonly system: string;
  readonly signal: AbortSignal;
  readonly onActivity: (task: Task, activity: AgentActivity) => void;
}

export interface Attempt {
  readonly task: Task;
  /** From 1. */
  readonly number: number;
  readonly slot: Slot;
  readonly model: ModelRef;
  /** The commit it starts from. */
  readonly base: string;
  /** What the agent is sent, lessons included. */
  readonly briefing: Briefing;
  readonly mayWrite: (path: string) => boolean;
}
