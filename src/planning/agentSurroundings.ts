import type { AgentRunner } from "../core/agentRunner.ts";
import type { Clock } from "../core/clock.ts";
import type { ModelFacts } from "../core/modelCatalog.ts";
import type { Pause } from "../core/pause.ts";
import type { ProgressEntry } from "../core/progress.ts";
import type { ModelMemory } from "../recovery/modelMemory.ts";
import type { ModelRef } from "../types.ts";

/** What the agents of one command have in common. */
export interface AgentSurroundings {
  readonly runner: AgentRunner;
  readonly memory: ModelMemory;
  readonly factsOf: (model: ModelRef) => ModelFacts | undefined;
  /** Absolute path the agents look at. */
  readonly directory: string;
  /** For an agent as a whole: every model it asks and every wait included. */
  readonly timeoutSeconds: number;
  /** A model that shows no sign of life for this long gives way, where there is another one. */
  readonly idleTimeoutSeconds: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly pause: Pause;
  readonly report: (level: ProgressEntry["level"], message: string) => void;
  /** True the first time in a command that this is asked of `matter`, whichever agent asks: what is told once. */
  readonly isNews: (matter: string) => boolean;
}
