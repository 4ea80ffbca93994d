import type { Config } from "@opencode-ai/sdk/v2/client";
import {
  type AgentFailure,
  type AgentRole,
  type AgentRunner,
  type LeftSessions,
  nothingSpent,
  type SpawnMetadata,
  type SpawnOptions,
  type SpawnResult,
} from "../core/agentRunner.ts";
import { UNCONFINED } from "../core/confinement.ts";
import type { Limiter } from "../core/rateLimit.ts";
import { messageOf } from "../core/refusal.ts";
import { seedOf } from "../core/seed.ts";
import { type AgentInstances, agentInstanceConfig } from "./agentInstances.ts";
import { installAgentShell } from "./agentShell.ts";
import { agentOfRole, NO_TOOLS, toolRules } from "./agents.ts";
import { abortSession, Conversation } from "./conversation.ts";
import type { HeldRequests } from "./heldRequests.ts";
import { endLeftSessions } from "./leftSessions.ts";
import { answerOf, type OpencodeClient } from "./opencodeClient.ts";
import { sessionRules } from "./permissions.ts";
import type { FixedSampling } from "./sampling.ts";
import { keysIn } from "./secrets.ts";
import { isSessionDeleted } from "./sessionDeletion.ts";
import type { SessionEvents } from "./sessionEvents.ts";
import type { Supervision } from "./supervision.ts";

/** What a runner needs of the host around it. */
export interface OpencodeHost {
  readonly client: OpencodeClient;
  /** The session the command was started in: every agent's session becomes its child. */
  readonly parentSessionID: string;
  /** The user's own directory, whose instance is booted already. */
  readonly userDirectory: string;
  /** The user's configuration, merged and substituted by OpenCode. */
  readonly userConfig: Config;
  /** `plugin` for an agent's instance: ours and those that providers may need. */
  readonly plugins: Config["plugin"];
  /** Folder for the shells that agents' commands run in. */
  readonly shells: string;
  readonly events: SessionEvents;
  readonly instances: AgentInstances;
  readonly sampling: FixedSampling;
  readonly supervision: Supervision;
  readonly heldRequests: HeldRequests;
  /** How many sessions are open at once (option `apiConcurrency`). */
  readonly limiter: Limiter;
}

/** The first session of a directory boots OpenCode there: seconds, and half a minute was seen on a busy machine. */
const BOOT_LIMIT_MS = 180_000;

/** Runs agents as sessions of the OpenCode this plugin lives in. One spawn is one session. */
export class OpencodeRunner implements AgentRunner {
  private readonly host: OpencodeHost;
  private readonly secrets: readonly string[];

  constructor(host: OpencodeHost) {
    this.host = host;
    this.secrets = keysIn(host.userConfig, process.env);
  }

  get hostSession(): string {
    return this.host.parentSessionID;
  }

  /** Waits until fewer than the allowed number of sessions are open; that wait is in no limit and no duration. */
  spawnAgent(role: AgentRole, prompt: string, options: SpawnOptions): Promise<SpawnResult> {
    return this.host.limiter(() => this.spawnNow(role, prompt, options));
  }

  private async spawnNow(role: AgentRole, prompt: string, options: SpawnOptions): Promise<SpawnResult> {
    const startedAt = performance.now();
    const metadata = (sessionID?: string, used: Partial<SpawnMetadata> = {}): SpawnMetadata => ({
      ...nothingSpent(options.model),
      sessionID,
      ...used,
      durationMs: Math.round(performance.now() - startedAt),
    });
    if (options.signal.aborted) return { status: "error", failure: ABORTED, metadata: metadata() };

    let sessionID: string;
    try {
      sessionID = await this.createSession(role, options);
    } catch (error) {
      if (options.signal.aborted) return { status: "error", failure: ABORTED, metadata: metadata() };
      const failure: AgentFailure = { reason: "host", message: `no session: ${messageOf(error)}`, retryable: true };
      return { status: "error", failure, metadata: metadata() };
    }

    const unwatch = this.watch(sessionID, role, options);
    try {
      options.onActivity?.({ kind: "opened", sessionID });
      // Stopped while the session was made: a prompt sent now could outrun the abort, and cost a request.
      if (options.signal.aborted) return { status: "error", failure: ABORTED, metadata: metadata(sessionID) };
      const conversation = new Conversation({ ...this.host, secrets: this.secrets }, sessionID, role, options);
      // The same request has the same seed, where nobody gave one.
      this.host.sampling.fix(sessionID, options.seed ?? seedOf(`${options.system}\n${prompt}`));
      const { ending, ...held } = await conversation.hold(prompt);
      const sampling = this.host.sampling.release(sessionID);
      const usage = await this.usageOf(sessionID, options.directory);
      const asked = options.supervisor?.asked;
      const result = asked === undefined ? ending : ({ status: "checkpoint", checkpoint: asked } as const);
      return { ...result, metadata: metadata(sessionID, { ...usage, ...held, sampling }) };
    } finally {
      await unwatch();
      await this.deleteSession(sessionID, options);
    }
  }

  endSessions(left: LeftSessions): Promise<readonly string[]> {
    return endLeftSessions(this.host.client, this.host.userDirectory, left);
  }

  /** Lets the session's supervisor hear, speak and hold it, until the returned function is called. */
  private watch(sessionID: string, role: AgentRole, options: SpawnOptions): () => Promise<void> {
    const { supervisor, directory, hold, model, signal } = options;
    const unhold = hold === undefined ? () => undefined : this.host.heldRequests.begin(sessionID, { hold, signal });
    if (supervisor === undefined) return async () => unhold();
    const { client, events, supervision } = this.host;
    const endSupervision = supervision.begin(sessionID, supervisor, events);
    const say = async (text: string) => {
      const prompt = { sessionID, directory, agent: agentOfRole(role), parts: [{ type: "text" as const, text }] };
      await answerOf("a message to a session", (signal) =>
        client.session.promptAsync(
          { ...prompt, ...(model === undefined ? {} : { model: { ...model } }) },
          { throwOnError: true, signal },
        ),
      );
    };
    supervisor.attach({ sessionID, say });
    return async () => {
      unhold();
      await endSupervision();
    };
  }

  private async createSession(role: AgentRole, options: SpawnOptions): Promise<string> {
    const { client, parentSessionID, userConfig } = this.host;
    const agent = agentOfRole(role);
    const rules = sessionRules(toolRules(role, options.webOrigins), userConfig.permission);
    const session = {
      directory: options.directory,
      parentID: parentSessionID,
      title: options.title,
      agent,
      permission: options.withoutTools === true ? NO_TOOLS : rules,
    };
    const create = async () => {
      // Boots wait for one another; who was stopped meanwhile boots nothing.
      options.signal.throwIfAborted();
      const { data } = await answerOf(
        "a new session",
        (limit) => client.session.create(session, { throwOnError: true, signal: limit }),
        BOOT_LIMIT_MS,
      );
      return data.id;
    };
    return this.isUserDirectory(options.directory) ? create() : this.bootAndCreate(options, create);
  }

  private async bootAndCreate(
    { directory, confinement = UNCONFINED }: SpawnOptions,
    create: () => Promise<string>,
  ): Promise<string> {
    const { client, instances, plugins, shells, userConfig } = this.host;
    const shell = await installAgentShell(shells, directory, confinement);
    return instances.boot(directory, {
      config: agentInstanceConfig(userConfig, plugins, shell),
      firstCall: create,
      discard: async () => {
        await answerOf("an end of an instance", (signal) => client.instance.dispose({ directory }, { signal }));
      },
    });
  }

  private isUserDirectory(directory: string): boolean {
    return directory === this.host.userDirectory;
  }

  private async usageOf(sessionID: string, directory: string): Promise<{ tokensUsed: number; costUsd: number }> {
    const { client } = this.host;
    const session = await answerOf("a session", (limit) =>
      client.session.get({ sessionID, directory }, { signal: limit }),
    ).then(
      ({ data }) => data,
      () => undefined,
    );
    const tokens = session?.tokens;
    return {
      tokensUsed:
        tokens === undefined
          ? 0
          : tokens.input + tokens.output + tokens.reasoning + tokens.cache.read + tokens.cache.write,
      costUsd: session?.cost ?? 0,
    };
  }

  /**
   * M4: deletes the session and makes sure that it is gone. Deleting a busy session stops nothing, so it is aborted
   * first; a session that already ended is not disturbed by that. One that stays all the same is named.
   */
  private async deleteSession(sessionID: string, { directory, onActivity }: SpawnOptions): Promise<void> {
    await abortSession(this.host.client, sessionID, directory);
    if (await isSessionDeleted(this.host.client, sessionID, directory)) return;
    onActivity?.({ kind: "notice", message: `OpenCode did not delete the session ${sessionID}` });
  }
}

const ABORTED: AgentFailure = { reason: "aborted", message: "stopped before it began", retryable: false };
