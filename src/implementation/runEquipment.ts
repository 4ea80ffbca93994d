import { entrySizes } from "../backlog/entrySizes.ts";
import { classifyTask } from "../backlog/taskClass.ts";
import type { CommandContext } from "../core/commandContext.ts";
import { allowedEnvironment } from "../core/environment.ts";
import { Refusal } from "../core/refusal.ts";
import { probeSandbox, type Sandbox } from "../core/sandbox.ts";
import type { ControlRepository } from "../git/controlRepository.ts";
import { ResourceMonitor } from "../monitoring/resourceMonitor.ts";
import { machineReadings } from "../monitoring/resourceReadings.ts";
import { ModelMemory } from "../recovery/modelMemory.ts";
import type { Complexity, Task } from "../types.ts";
import { VerdictCache } from "../verification/verdictCache.ts";
import type { ImplementScene } from "./implementScene.ts";
import { Gate } from "./landing/gate.ts";
import { ModelRouter } from "./modelRouter.ts";
import { WorkerModels } from "./models/workerModels.ts";
import { agentLimit, LimitedRunner } from "./scheduling/agentLimit.ts";
import { ValidationQueue } from "./scheduling/validationQueue.ts";
import { confineSlot } from "./slots/confineSlot.ts";
import { type Confine, SlotSetup } from "./slots/slotSetup.ts";
import type { WorktreeManager } from "./worktreeManager.ts";

/** X5. Builds side by side slow one another down: so many acceptance runs at once, however many workers there are. */
const VALIDATIONS_AT_ONCE = 5;

/** What a run works with besides its journal: the same from its first task to its last. */
export interface RunEquipment {
  /** The whole environment of setup, acceptance and `verify`, but for what a confinement adds. */
  readonly environment: Readonly<Record<string, string>>;
  readonly sandbox: Sandbox;
  readonly confine: Confine;
  readonly setup: SlotSetup;
  readonly gate: Gate;
  /** What models did, in this command and in others. */
  readonly memory: ModelMemory;
  readonly models: WorkerModels;
  readonly runner: LimitedRunner;
  readonly validation: ValidationQueue;
  readonly verdicts: VerdictCache;
  readonly resources: ResourceMonitor;
  readonly complexityOf: (task: Task) => Complexity;
}

export interface EquipmentSources {
  readonly scene: ImplementScene;
  readonly context: CommandContext;
  readonly control: ControlRepository;
  readonly worktrees: WorktreeManager;
  readonly warn: (message: string) => void;
}

/** Throws `Refusal` where commands cannot be kept in their work trees as the person wants it. */
export async function equipRun({ scene, context, control, worktrees, warn }: EquipmentSources): Promise<RunEquipment> {
  const { options, clock, models: catalog, signal } = context;
  const environment = allowedEnvironment(context.environment);
  const timeoutMs = options.taskTimeoutSeconds * 1_000;
  const sandbox = await probeSandbox(options.sandbox, context.environment);
  if (!sandbox.ok) throw new Refusal(sandbox.failure);
  const { user, state } = scene;
  const confine = await confineSlot({
    ...{ sandbox: sandbox.value, user, control, state },
    environment: context.environment,
  });
  const setup = new SlotSetup({
    ...{ git: scene.git, control, state, gate: worktrees.gate, commands: scene.setup, copied: scene.copied },
    ...{ confine, environment, timeoutMs, signal, warn },
  });
  const usesNetwork = scene.tasks.some((task) => task.network);
  const gate = new Gate(worktrees.gate, setup, {
    environment,
    confine: () => confine(worktrees.gate, { network: usesNetwork }),
    timeoutMs,
    signal,
  });
  const memory = new ModelMemory(context.environment, clock, warn);
  const router = new ModelRouter(options.models, catalog);
  return {
    environment,
    sandbox: sandbox.value,
    confine,
    setup,
    gate,
    memory,
    models: new WorkerModels({ router, memory, clock }),
    runner: new LimitedRunner(context.runner, () =>
      agentLimit(scene.manager.backlog.tasks.length, options.maxAttempts),
    ),
    validation: new ValidationQueue(VALIDATIONS_AT_ONCE),
    verdicts: new VerdictCache(),
    resources: new ResourceMonitor({ read: machineReadings(scene.state.root), clock }),
    complexityOf: complexities(scene),
  };
}

/** By class and size; tasks of gap plans are told apart by what is in the repository at the start, like all others. */
function complexities({ backlog, facts }: ImplementScene): (task: Task) => Complexity {
  const sizeOf = entrySizes(backlog.tasks, facts);
  const known = new Map<Task, Complexity>();
  return (task) => {
    const complexity = known.get(task) ?? classifyTask(task, sizeOf).complexity;
    known.set(task, complexity);
    return complexity;
  };
}
