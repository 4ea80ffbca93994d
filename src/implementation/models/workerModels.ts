import type { AgentRole, SpawnResult } from "../../core/agentRunner.ts";
import type { Clock } from "../../core/clock.ts";
import { formatModelRef } from "../../core/modelCatalog.ts";
import { createLimiter } from "../../core/rateLimit.ts";
import type { Result } from "../../core/result.ts";
import { modelEnding, rememberEnding } from "../../recovery/modelEndings.ts";
import type { Cooldown, ModelMemory } from "../../recovery/modelMemory.ts";
import type { Complexity, ModelRef, Task } from "../../types.ts";
import type { Hindrance, ModelRouter, NoRoute, RouteHistory, RouteNow } from "../modelRouter.ts";

/** A task, and what decides who works on it. */
export interface RoutedTask {
  readonly task: Task;
  readonly complexity: Complexity;
  readonly history: RouteHistory;
}

/**
 * Who works on which task in one command, by what models did in this command and, as `ModelMemory` has it, in others: at
 * a limit and with an open breaker (O7) they are passed over or waited for. Whoever was given a model says with `note`
 * how each of its spawns ended, or with `giveBack` that there was none. One for a command; tasks may ask at the same time.
 */
export class WorkerModels {
  private readonly router: ModelRouter;
  private readonly memory: ModelMemory;
  private readonly clock: Clock;
  /** By name, as they were when somebody looked last. */
  private readonly cooling = new Map<string, Cooldown>();
  /** By name, with the reason: until the command ends, since a person has to mend it. */
  private readonly unusable = new Map<string, string>();
  /** Names of models that a task of this command tries again. */
  private readonly trials = new Set<string>();
  /** Or an older look could hide a newer one. */
  private readonly inTurn = createLimiter(1);

  constructor(options: { readonly router: ModelRouter; readonly memory: ModelMemory; readonly clock: Clock }) {
    this.router = options.router;
    this.memory = options.memory;
    this.clock = options.clock;
  }

  /** Who works on it now. A model that failed too often is given to one task, which tries it for all. */
  choose(routed: RoutedTask): Promise<Result<RouteNow, NoRoute>> {
    return this.inTurn(() => this.chooseNow(routed));
  }

  /**
   * Before this, in milliseconds since the epoch, nobody can work on it, by what was seen last; undefined: somebody may
   * be able to. Also for a task that no model can work on: its work has to say so.
   */
  notBefore(routed: RoutedTask): number | undefined {
    const chosen = this.routeOf(routed);
    return !chosen.ok && chosen.failure.reason === "cooling" ? chosen.failure.notBefore : undefined;
  }

  /** Keeps what the ending of a spawn says about its model. */
  note(model: ModelRef, role: AgentRole, result: SpawnResult): Promise<void> {
    const ending = modelEnding(result);
    if (ending.kind === "unusable") this.unusable.set(formatModelRef(model), ending.why);
    if (role === "worker") this.trials.delete(formatModelRef(model));
    return this.remember(model, () => rememberEnding(this.memory, model, role, ending));
  }

  /** A model that was chosen is not asked after all: if it was on trial, another task may try it. */
  async giveBack(model: ModelRef): Promise<void> {
    if (!this.trials.delete(formatModelRef(model))) return;
    await this.remember(model, () => this.memory.undecided(model, "worker"));
  }

  /** A worker's model was seen to answer: others need not wait until a trial has come to its end. Cheap to call often. */
  async seenAtWork(model: ModelRef): Promise<void> {
    if (!this.trials.delete(formatModelRef(model))) return;
    await this.remember(model, () => this.memory.succeeded(model, "worker"));
  }

  private async chooseNow(routed: RoutedTask): Promise<Result<RouteNow, NoRoute>> {
    const reached = this.router.reach(routed.task, routed.complexity);
    await Promise.all(reached.map((model) => this.look(model)));
    for (;;) {
      const chosen = this.routeOf(routed);
      if (!chosen.ok) return chosen;
      const { model } = chosen.value;
      const admission = await this.memory.admit(model, "worker");
      if (admission.kind === "admitted") {
        if (admission.isTrial) this.trials.add(formatModelRef(model));
        await this.look(model);
        return chosen;
      }
      // Somebody else was faster: each round leaves one model fewer to choose.
      this.cooling.set(formatModelRef(model), admission.cooldown);
    }
  }

  private remember(model: ModelRef, what: () => Promise<void>): Promise<void> {
    return this.inTurn(async () => {
      await what();
      await this.look(model);
    });
  }

  private routeOf({ task, complexity, history }: RoutedTask): Result<RouteNow, NoRoute> {
    return this.router.choose(task, complexity, history, (model) => this.hindranceOf(model));
  }

  private hindranceOf(model: ModelRef): Hindrance | undefined {
    const name = formatModelRef(model);
    const why = this.unusable.get(name);
    if (why !== undefined) return { kind: "unusable", why };
    const cooldown = this.cooling.get(name);
    return cooldown === undefined || cooldown.until <= this.clock.now() ? undefined : { kind: "cooling", ...cooldown };
  }

  private async look(model: ModelRef): Promise<void> {
    const cooldown = await this.memory.cooldownOf(model, "worker");
    if (cooldown === undefined) this.cooling.delete(formatModelRef(model));
    else this.cooling.set(formatModelRef(model), cooldown);
  }
}
