import { type AgentRunner, type LeftSessions, nothingSpent } from "../../core/agentRunner.ts";
import { counted } from "../../core/counted.ts";

/** Of each task, besides its attempts: what is resumed after a rate limit, a lost network or a crash costs none. */
const RESUMPTIONS = 3;
/** Per run: reviewers of the goal, probes of models, gap plans. */
const RESERVE = 20;

/** O1. More agents than this are never spawned by one command, whatever goes wrong. */
export function agentLimit(tasks: number, maxAttempts: number): number {
  return tasks * (maxAttempts + RESUMPTIONS) + RESERVE;
}

/**
 * Counts the agents a command spawns and refuses the one that is too many: the last resort against a loop nobody thought
 * of. Counted from the command's start, so that a run which was stopped by it can be gone on with.
 */
export class LimitedRunner implements AgentRunner {
  private readonly runner: AgentRunner;
  private readonly limit: () => number;
  private spawned = 0;

  /** `limit` is asked each time: a run may get more tasks. */
  constructor(runner: AgentRunner, limit: () => number) {
    this.runner = runner;
    this.limit = limit;
  }

  readonly spawnAgent: AgentRunner["spawnAgent"] = async (role, prompt, options) => {
    const message = this.whyStop();
    if (message !== undefined) {
      // Nothing the task can do something about: the same failure as a host that does not answer.
      return {
        status: "error",
        failure: { reason: "host", message, retryable: true },
        metadata: nothingSpent(options.model),
      };
    }
    this.spawned++;
    return this.runner.spawnAgent(role, prompt, options);
  };

  get hostSession(): string | undefined {
    return this.runner.hostSession;
  }

  endSessions(left: LeftSessions): Promise<readonly string[]> {
    return this.runner.endSessions(left);
  }

  /** Why no further task should be started. */
  whyStop(): string | undefined {
    const limit = this.limit();
    return this.spawned < limit ? undefined : `this command has spawned ${counted(limit, "agent")}, the most it may`;
  }
}
