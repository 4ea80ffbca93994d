import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { ToolContext } from "@opencode-ai/plugin";
import type { Config } from "@opencode-ai/sdk/v2/client";
import { explainThrown } from "../commands/brokenMachine.ts";
import { type Options, parseOptions } from "../config.ts";
import { systemClock } from "../core/clock.ts";
import type { CommandContext } from "../core/commandContext.ts";
import { deferred } from "../core/deferred.ts";
import { processShutdown } from "../core/gracefulShutdown.ts";
import { pause } from "../core/pause.ts";
import type { ProgressEntry } from "../core/progress.ts";
import { createLimiter } from "../core/rateLimit.ts";
import { messageOf, Refusal } from "../core/refusal.ts";
import { dataDirectory } from "../core/stateDirectory.ts";
import { validatedRunner } from "../verification/validatedRunner.ts";
import type { AgentInstances } from "./agentInstances.ts";
import { pluginsForAgents } from "./agentPlugins.ts";
import { WRITE_TOOLS } from "./agents.ts";
import { writeEnding } from "./commandEnding.ts";
import type { Invocation } from "./commandLine.ts";
import { commandFor } from "./commands.ts";
import type { HeldRequests } from "./heldRequests.ts";
import type { MessageRouter } from "./messageRouter.ts";
import { ConnectedModels } from "./models.ts";
import { answerOf, type OpencodeClient } from "./opencodeClient.ts";
import { OpencodeRunner } from "./opencodeRunner.ts";
import { toolsThatWouldAsk } from "./permissions.ts";
import type { FixedSampling } from "./sampling.ts";
import type { SessionEvents } from "./sessionEvents.ts";
import type { Supervision } from "./supervision.ts";

export interface CommandRunnerOptions {
  readonly client: OpencodeClient;
  /** The plugin's options as `opencode.json` gives them, unchecked. */
  readonly options: unknown;
  readonly router: MessageRouter;
  readonly events: SessionEvents;
  readonly instances: AgentInstances;
  readonly sampling: FixedSampling;
  readonly supervision: Supervision;
  readonly heldRequests: HeldRequests;
  /** URL of the bundled plugin module. */
  readonly pluginUrl: string;
  /** True under `opencode run`: the process is there for this command, may draw on stderr and be ended. */
  readonly ownsProcess: boolean;
}

/** A stop has 5 s for everything; see core/gracefulShutdown.ts. */
const LAST_WORDS_AFTER_MS = 4_300;

/** Runs a parsed command in the surroundings the host gives it: model, sessions, signals, progress. */
export class CommandRunner {
  private readonly host: CommandRunnerOptions;

  constructor(host: CommandRunnerOptions) {
    this.host = host;
  }

  /** @returns how it ended, as commandEnding.ts writes it; rejects with a `Refusal` when it could not begin. */
  async run(invocation: Invocation, tool: ToolContext): Promise<string> {
    const options = parseOptions(this.host.options);
    if (!options.ok) throw new Refusal(options.failure);

    const settled = deferred<undefined>();
    const active = processShutdown().beginRun({
      name: invocation.verb,
      mayExit: this.host.ownsProcess,
      onStop: () => Promise.race([settled.promise, this.lastWords()]),
    });
    try {
      const signal = AbortSignal.any([tool.abort, active.signal]);
      const report = await commandFor(invocation)(await this.contextFor(options.value, tool, signal));
      const reason = report.outcome.done ? undefined : report.outcome.reason;
      // A person who typed `opencode run` has a prompt to answer at; a dialog there would wait for nobody.
      const ending = { report: report.text, reason, questions: this.host.ownsProcess ? [] : (report.questions ?? []) };
      if (active.signal.aborted) this.sayLast([ending.report, ending.reason ?? ""]);
      return writeEnding(ending);
    } catch (error) {
      if (active.signal.aborted) this.sayLast([explainThrown(error) ?? messageOf(error)]);
      throw error;
    } finally {
      settled.resolve(undefined);
      active.end();
    }
  }

  /** When saving takes longer than a stop may, the last line says so; the journal has what counts. */
  private async lastWords(): Promise<void> {
    await wait(LAST_WORDS_AFTER_MS, undefined, { ref: false });
    this.sayLast([
      "Interrupted before everything was put in order; what has landed is kept. Run the command again to go on.",
    ]);
  }

  private async contextFor(options: Options, tool: ToolContext, signal: AbortSignal): Promise<CommandContext> {
    const { client, ownsProcess, router } = this.host;
    const { directory } = tool;
    const { data: userConfig } = await answerOf("its configuration", (limit) =>
      client.config.get({ directory }, { throwOnError: true, signal: limit }),
    );
    return {
      directory,
      environment: process.env,
      options,
      runner: validatedRunner(this.runnerFor(tool, userConfig, options)),
      workerNotices: workerNotices(userConfig),
      models: await ConnectedModels.read(client, directory, userConfig, router.chosenModel(tool.sessionID)),
      clock: systemClock,
      pause,
      signal,
      progressStream: ownsProcess ? process.stderr : undefined,
      notify: ownsProcess ? undefined : (entry) => this.toast(directory, entry),
    };
  }

  /** The terminal UI shows nothing of a tool before its end; a toast it does. Without a UI nobody sees it. */
  private toast(directory: string, { message, level, context }: ProgressEntry): void {
    const variant = level === "warn" ? "warning" : level;
    const text = context.taskId === undefined ? message : `${context.taskId} ${message}`;
    this.host.client.tui
      .showToast({ directory, title: context.phaseId, message: text, variant })
      .catch(() => undefined);
  }

  /** A process that ends on a signal never shows its tool's result: what there is to say goes out before it ends. */
  private sayLast(lines: readonly string[]): void {
    process.stderr.write(`${lines.filter((line) => line !== "").join("\n")}\n`);
  }

  private runnerFor(tool: ToolContext, userConfig: Config, options: Options): OpencodeRunner {
    const { client, events, heldRequests, instances, sampling, supervision, pluginUrl } = this.host;
    return new OpencodeRunner({
      client,
      events,
      instances,
      sampling,
      supervision,
      heldRequests,
      limiter: createLimiter(options.apiConcurrency),
      userConfig,
      parentSessionID: tool.sessionID,
      userDirectory: tool.directory,
      plugins: pluginsForAgents(userConfig.plugin, pluginUrl),
      shells: join(dataDirectory(process.env), "shell"),
    });
  }
}

/** What of the user's wishes goes unheard: questions nobody could answer. */
function workerNotices(config: Config): string[] {
  const asking = toolsThatWouldAsk(config.permission, WRITE_TOOLS).join(" and ");
  if (asking === "") return [];
  return [
    `your permissions ask before ${asking}; nobody could answer, so workers go without (allow it to change that)`,
  ];
}
