import { readRepositoryFacts } from "../../backlog/readRepositoryFacts.ts";
import type { CommandContext } from "../../core/commandContext.ts";
import { parseModelRef } from "../../core/modelCatalog.ts";
import { SpecRepository } from "../../factory/specRepository.ts";
import type { ControlRepository } from "../../git/controlRepository.ts";
import { copyObjects } from "../../git/objectTransfer.ts";
import type { AgentSurroundings } from "../../planning/agentSurroundings.ts";
import type { ModelMemory } from "../../recovery/modelMemory.ts";
import type { ModelRef } from "../../types.ts";
import type { RunRecording } from "../artifacts/runRecording.ts";
import type { ImplementScene } from "../implementScene.ts";
import type { BranchPublisher } from "../landing/branchPublisher.ts";
import type { RunEquipment } from "../runEquipment.ts";
import type { RunProgress } from "../runProgress.ts";
import type { RunRecorder } from "../runRecorder.ts";
import type { StatusProjection } from "../statusProjection.ts";
import type { WorktreeManager } from "../worktreeManager.ts";
import { GapPlans } from "./gapPlans.ts";
import type { LentDirectory } from "./goalCheck.ts";

export interface GapPlanSources {
  readonly scene: ImplementScene;
  readonly context: CommandContext;
  readonly control: ControlRepository;
  readonly worktrees: WorktreeManager;
  readonly equipment: Pick<RunEquipment, "gate" | "runner">;
  readonly memory: ModelMemory;
  readonly recorder: RunRecorder;
  readonly recording: Pick<RunRecording, "runner">;
  readonly progress: RunProgress;
  readonly statuses: StatusProjection;
  readonly publisher: BranchPublisher;
  /** A reason to spend nothing more. */
  readonly whyStop: () => string | undefined;
}

/** The gap plans of a run. They use the run's slots, so only while no task is being worked on. */
export function gapPlansFor(sources: GapPlanSources): GapPlans {
  const { scene, context, control, worktrees, equipment, recorder, statuses, publisher, whyStop } = sources;
  const { git, user, manager, backlogFile } = scene;
  const { environment, options } = context;
  return new GapPlans({
    ...{ recorder, manager, statuses, backlogFile, whyStop, gate: equipment.gate },
    maxGapPlans: options.maxGapPlans,
    specs: new SpecRepository(control, context.clock),
    directoryAt: (commit) => lendSlot(worktrees, commit),
    factsAt: async (head) => {
      const isThere = (await publisher.publish(head)).ok;
      if (!isThere) await copyObjects(git, control, user, head, [user.head]);
      return readRepositoryFacts(git, { ...user, head }, environment, options.setup);
    },
    changedPaths: async (head) => (await control.changedPaths(user.head, head)) ?? [],
    agents: agentsFor(sources),
    reviewers: connected(options.models.complex ?? [], context.models),
    drafters: connected(options.models.backlog === undefined ? [] : [options.models.backlog], context.models),
  });
}

/** Agents that read need no setup. */
async function lendSlot(worktrees: WorktreeManager, commit: string): Promise<LentDirectory> {
  const slot = worktrees.take();
  const release = async () => worktrees.giveBack(slot);
  try {
    await slot.rebuild(commit);
    return { directory: slot.directory, release };
  } catch (error) {
    await release();
    throw error;
  }
}

/** Each is asked within `planningTimeoutSeconds`, as whoever drafts and plans. */
function agentsFor({
  context,
  equipment,
  memory,
  progress,
  recording,
}: GapPlanSources): Omit<AgentSurroundings, "directory"> {
  const { clock, models, options, pause, signal } = context;
  const told = new Set<string>();
  return {
    ...{ clock, memory, pause, signal, runner: recording.runner(equipment.runner) },
    factsOf: (model) => models.facts(model),
    timeoutSeconds: options.planningTimeoutSeconds,
    idleTimeoutSeconds: options.idleTimeoutSeconds,
    report: (level, message) => progress.say(level, message),
    isNews: (matter) => told.size < told.add(matter).size,
  };
}

/** Those of the options that are connected, in their order; without any the session's model. */
function connected(names: readonly string[], models: CommandContext["models"]): readonly ModelRef[] {
  const named = names.flatMap((name) => parseModelRef(name) ?? []).filter((model) => models.has(model));
  return named.length > 0 || models.sessionModel === undefined ? named : [models.sessionModel];
}
