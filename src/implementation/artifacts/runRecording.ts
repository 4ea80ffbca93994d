import type { AgentRunner, SpawnOptions } from "../../core/agentRunner.ts";
import type { CommandContext } from "../../core/commandContext.ts";
import type { ArtifactProducer } from "../../recovery/artifacts/artifactRecord.ts";
import { ArtifactStore } from "../../recovery/artifacts/artifactStore.ts";
import type { Lock } from "../../recovery/lock.ts";
import type { RunEvent } from "../../recovery/runEvents.ts";
import type { Task } from "../../types.ts";
import type { RanCommand } from "../../verification/commandCheck.ts";
import { maskSecrets } from "../../verification/secretScan.ts";
import type { ImplementScene } from "../implementScene.ts";
import type { RunRecorder } from "../runRecorder.ts";
import { recordingRunner } from "./recordingRunner.ts";
import { type PendingArtifact, RunArtifacts } from "./runArtifacts.ts";

export interface RecordingSources {
  readonly scene: ImplementScene;
  readonly context: Pick<CommandContext, "clock" | "options">;
  readonly lock: Lock;
  readonly recorder: RunRecorder;
  readonly warn: (message: string) => void;
}

/**
 * What of a run becomes an artifact, and from what each was made: the backlog and the options it began with, each message
 * and answer, each call of a tool, captured work, and what commands printed about it. `end()` must be called.
 */
export class RunRecording {
  private readonly artifacts: RunArtifacts;
  private readonly backlog: PendingArtifact;
  private readonly dependenciesOf: (task: string) => readonly string[];
  private readonly placeOf: (task: string) => { readonly base: string | undefined; readonly attempt: number };

  private constructor(artifacts: RunArtifacts, { scene, context, recorder }: RecordingSources) {
    this.artifacts = artifacts;
    this.dependenciesOf = (id) => scene.manager.backlog.tasks.find((task) => task.id === id)?.depends_on ?? [];
    this.placeOf = (id) => {
      const { base, attempts = 0 } = recorder.state.tasks.get(id) ?? {};
      return { base, attempt: attempts };
    };
    const producer = { role: "run" };
    this.backlog = artifacts.note({
      ...{ kind: "backlog", content: scene.manager.loadedText, producer, consumes: [] },
      schema: { name: "backlog", version: String(scene.backlog.version) },
    });
    artifacts.note({
      ...{ kind: "options", content: context.options, producer, consumes: [] },
      schema: { name: "options", version: "1" },
    });
    recorder.events.onAny((event) => this.onEvent(event));
  }

  /** Never rejects. Call it only while holding the run's lock. */
  static async begin(sources: RecordingSources): Promise<RunRecording> {
    const { scene, context, lock, recorder, warn } = sources;
    const { clock } = context;
    const artifacts = await RunArtifacts.open({
      store: new ArtifactStore(scene.state.artifacts),
      lineagePath: scene.state.runArtifacts(recorder.runId),
      journal: { clock, epoch: lock.epoch, assertOwned: () => lock.assertOwned() },
      mask: maskSecrets,
      ...{ clock, warn },
    });
    return new RunRecording(artifacts, sources);
  }

  runner(runner: AgentRunner): AgentRunner {
    return recordingRunner(runner, { artifacts: this.artifacts, sourcesOf: (purpose) => this.sourcesOf(purpose) });
  }

  /** A command has looked at an agent's work, in the agent's own work tree. */
  readonly onRan = ({ id }: Pick<Task, "id">, ran: RanCommand): void => {
    this.noteRan(ran, { role: "task", task: id, attempt: this.placeOf(id).attempt }, [id]);
  };

  /** A command has looked at what is to land. */
  readonly onRanInGate = (ran: RanCommand, commit: string, tasks: readonly string[]): void => {
    const [only, ...others] = tasks;
    const task = only === undefined || others.length > 0 ? {} : { task: only, attempt: this.placeOf(only).attempt };
    this.noteRan(ran, { role: "gate", ...task, commit }, tasks);
  };

  /** Resolves once everything is on disk, or given up; sooner once the run is `stopped`. */
  end(stopped: AbortSignal): Promise<void> {
    return this.artifacts.close(stopped);
  }

  /** A task's first message comes from the backlog, what the tasks before it left, and what was wrong the last time. */
  private sourcesOf(purpose: SpawnOptions["purpose"]): readonly (PendingArtifact | undefined)[] {
    if (purpose === undefined) return [this.backlog];
    const { task, attempt } = purpose;
    const before = this.dependenciesOf(task).map((id) => this.artifacts.latestOf(id, "work"));
    const findings = attempt === 1 ? undefined : this.artifacts.latestOf(task, "verification");
    return [this.backlog, ...before, findings];
  }

  /** The files themselves are a commit of control.git, which is content-addressed too. */
  private onEvent(event: RunEvent): void {
    if (event.type !== "work_captured") return;
    const { task, attempt, commit, tree, paths } = event;
    this.artifacts.note({
      kind: "work",
      schema: { name: "captured-work", version: "1" },
      content: { base: this.placeOf(task).base ?? null, commit, tree, paths },
      producer: { role: "task", task, attempt, commit },
      consumes: [this.artifacts.latestOf(task, "answer"), this.artifacts.latestOf(task, "tool_result")],
    });
  }

  private noteRan(
    { command, passed, how, durationMs, output }: RanCommand,
    producer: ArtifactProducer,
    tasks: readonly string[],
  ): void {
    this.artifacts.note({
      kind: "verification",
      schema: { name: "command-run", version: "1" },
      content: { command, passed, how, duration_ms: Math.round(durationMs), output },
      producer,
      consumes: tasks.map((task) => this.artifacts.latestOf(task, "work")),
    });
  }
}
