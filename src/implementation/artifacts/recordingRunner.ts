import { createHash } from "node:crypto";
import type { AgentRole, AgentRunner, SpawnOptions, SpawnResult } from "../../core/agentRunner.ts";
import type { ToolCall } from "../../core/agentSupervisor.ts";
import { formatModelRef } from "../../core/modelCatalog.ts";
import type { ArtifactProducer } from "../../recovery/artifacts/artifactRecord.ts";
import { RecordingSupervisor } from "./recordingSupervisor.ts";
import type { PendingArtifact, RunArtifacts } from "./runArtifacts.ts";

/** Of one call: a patch over more files than this is told of by the work it leads to. */
const MOST_PATHS = 100;
const PATH_CHARACTERS = 1_000;

export interface RecordingOptions {
  readonly artifacts: RunArtifacts;
  /** What the first message to an agent was made from. */
  readonly sourcesOf: (purpose: SpawnOptions["purpose"]) => readonly (PendingArtifact | undefined)[];
}

/** D6. A runner as it was, with what its agents are sent, do and say among the run's artifacts. It changes nothing. */
export function recordingRunner(runner: AgentRunner, options: RecordingOptions): AgentRunner {
  return {
    get hostSession() {
      return runner.hostSession;
    },
    endSessions: (left) => runner.endSessions(left),
    spawnAgent: (role, prompt, spawn) => new RecordedSpawn(role, spawn, options).run(runner, prompt),
  };
}

/** One spawn: a message, what it led to, and what came back. */
class RecordedSpawn {
  private readonly role: AgentRole;
  private readonly spawn: SpawnOptions;
  private readonly artifacts: RunArtifacts;
  private readonly sources: readonly (PendingArtifact | undefined)[];
  private session: string | undefined;
  /** What the agent has been told and shown since it last came to rest. */
  private seen: PendingArtifact[] = [];

  constructor(role: AgentRole, spawn: SpawnOptions, { artifacts, sourcesOf }: RecordingOptions) {
    this.role = role;
    this.spawn = spawn;
    this.artifacts = artifacts;
    this.sources = sourcesOf(spawn.purpose);
  }

  async run(runner: AgentRunner, prompt: string): Promise<SpawnResult> {
    const { followUp, onActivity, resumeData, supervisor } = this.spawn;
    this.noteMessage(resumeData === undefined ? { prompt } : { prompt, resumeData }, this.sources);
    const result = await runner.spawnAgent(this.role, prompt, {
      ...this.spawn,
      onActivity: (activity) => {
        if (activity.kind === "opened") this.session = activity.sessionID;
        if (activity.kind === "correction") this.noteMessage({ prompt: activity.problem }, []);
        onActivity?.(activity);
      },
      ...(supervisor === undefined ? {} : { supervisor: this.recorded(supervisor) }),
      ...(followUp === undefined ? {} : { followUp: (text) => this.follow(followUp, text) }),
    });
    if (result.status === "success" && followUp === undefined) this.noteResult(result);
    return result;
  }

  private recorded(supervisor: NonNullable<SpawnOptions["supervisor"]>): RecordingSupervisor {
    return new RecordingSupervisor(supervisor, {
      onCall: (call, outcome, output) => this.noteCall(call, outcome, output),
      onSaid: (message) => this.noteMessage({ prompt: message }, []),
    });
  }

  private async follow(followUp: NonNullable<SpawnOptions["followUp"]>, text: string): Promise<string | undefined> {
    const answer = this.noteAnswer(text, { name: "text", version: "1" });
    const next = await followUp(text);
    const { task } = this.spawn.purpose ?? {};
    const findings = task === undefined ? undefined : this.artifacts.latestOf(task, "verification");
    if (next !== undefined) this.noteMessage({ prompt: next }, [answer, findings]);
    return next;
  }

  private noteResult(result: Extract<SpawnResult, { status: "success" }>): void {
    const { answer } = this.spawn;
    if (answer === undefined) this.noteAnswer(result.text, { name: "text", version: "1" });
    else this.noteAnswer(result.structured ?? null, { name: `${this.role}-answer`, version: versionOf(answer.schema) });
  }

  private noteMessage(content: object, consumes: readonly (PendingArtifact | undefined)[]): void {
    const message = this.artifacts.note({
      ...{ kind: "message", content, producer: this.producer(), consumes },
      schema: { name: "message", version: "1" },
    });
    this.seen = [message];
  }

  private noteCall(call: ToolCall, outcome: "ok" | "error" | "refused", output: string): void {
    const { command, does, fingerprint, id, tool } = call;
    const paths = call.paths.slice(0, MOST_PATHS).map((path) => path.slice(0, PATH_CHARACTERS));
    const result = this.artifacts.note({
      kind: "tool_result",
      schema: { name: "tool-result", version: "1" },
      content: { tool, ...(command === undefined ? {} : { command }), paths, outcome, output },
      producer: this.producer(),
      call: { id, tool, does, paths, fingerprint, outcome },
      consumes: this.seen.slice(0, 1),
    });
    this.seen.push(result);
  }

  private noteAnswer(content: unknown, schema: { readonly name: string; readonly version: string }): PendingArtifact {
    const answer = this.artifacts.note({
      ...{ kind: "answer", schema, content, producer: this.producer() },
      consumes: this.seen,
    });
    this.seen = [answer];
    return answer;
  }

  private producer(): ArtifactProducer {
    const { model, purpose } = this.spawn;
    return {
      role: this.role,
      ...purpose,
      ...(this.session === undefined ? {} : { session: this.session }),
      ...(model === undefined ? {} : { model: formatModelRef(model) }),
    };
  }
}

/** Schemas of answers have no number of their own. */
function versionOf(schema: object): string {
  return createHash("sha256").update(JSON.stringify(schema)).digest("hex").slice(0, 12);
}
