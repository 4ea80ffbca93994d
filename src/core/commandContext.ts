import type { Options } from "../config.ts";
import type { AgentRunner } from "./agentRunner.ts";
import type { Clock } from "./clock.ts";
import type { ModelCatalog } from "./modelCatalog.ts";
import type { Pause } from "./pause.ts";
import type { LogProgress, ProgressStream } from "./progress.ts";

/**
 * Everything a command works with, passed in: commands have no globals, so several can run in one process (D5).
 */
export interface CommandContext {
  /** Absolute path the command was started in; a repository's root or a folder below it. */
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly options: Options;
  readonly runner: AgentRunner;
  readonly models: ModelCatalog;
  readonly clock: Clock;
  /** How a command waits before it tries something again. */
  readonly pause: Pause;
  /** What the host has to say about this user's configuration, for a command that runs workers to pass on. */
  readonly workerNotices: readonly string[];
  /** Aborted when the person or the system wants the command to stop. */
  readonly signal: AbortSignal;
  /** Where progress may be drawn; undefined where drawing would spoil the host's screen. */
  readonly progressStream: ProgressStream | undefined;
  /** Tells the person one thing in the host's own way; undefined where `progressStream` does. */
  readonly notify: LogProgress | undefined;
}

/** A command that did what it was asked: what to print, on standard output. */
export interface CommandReport {
  readonly text: string;
  /** False: not everything that was asked for is done; `reason` is the last line on stderr, exit status 1. */
  readonly outcome: { readonly done: true } | { readonly done: false; readonly reason: string };
  /** What waits for a person, for a host that can ask on the spot; `outcome` says it too. */
  readonly questions?: readonly OpenQuestion[] | undefined;
}

/** A question that can be answered with the command `answer`. */
export interface OpenQuestion {
  readonly checkpoint: string;
  readonly task: string;
  /** What to ask, in full. */
  readonly text: string;
  /** What `answer` may be given; any other words are an answer, too. */
  readonly options: readonly { readonly answer: string; readonly meaning: string }[];
}
