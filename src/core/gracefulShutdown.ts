import { type Clock, systemClock } from "./clock.ts";

type StopSignal = "SIGINT" | "SIGTERM" | "SIGHUP";
const STOP_SIGNALS: readonly StopSignal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** What is needed of `process`. */
export interface SignalSource {
  on(signal: StopSignal, listener: () => void): unknown;
  off(signal: StopSignal, listener: () => void): unknown;
  exit(code: number): unknown;
}

export interface RunRegistration {
  /** Shown when the run has to be named, e.g. as the reason of the abort: "implement my-feature". */
  readonly name: string;
  /** True only where the process is ours to end (`opencode run`); a server or the terminal UI is never ended. */
  readonly mayExit: boolean;
  /**
   * Called once when the process is asked to stop, after the run's signal was aborted. The process ends when this has
   * settled: it saves, ends sessions and processes, and says its last line. A rejection does not delay the others.
   */
  readonly onStop: () => Promise<void>;
}

export interface ActiveRun {
  /** Aborted, with a `StopRequested`, when the process is asked to stop. */
  readonly signal: AbortSignal;
  /** Ends the registration; calling it again does nothing. */
  end(): void;
}

/** Why the signal of a run was aborted. */
class StopRequested extends Error {
  override readonly name = "StopRequested";

  constructor(runName: string, signal: string) {
    super(`${runName} was asked to stop (${signal})`);
  }
}

/** Exit status of an interrupted command that can be resumed. */
const EXIT_INTERRUPTED = 130;
/** The promise is "out within 5 s": what has not saved by now goes as a crash would, and the journal carries on. */
const CLEANUP_LIMIT_MS = 4_500;
/** Ctrl-C under `npm run` arrives twice, from the terminal and from npm, a moment apart: that is one request. */
const SAME_REQUEST_MS = 100;

/**
 * Turns SIGINT, SIGTERM and SIGHUP into an orderly stop of every active run of a process, then ends the process.
 *
 * Listens only while a run that may end the process is active: a listener that does not exit makes its process immune
 * to the signal, so in a server or the terminal UI there is none, and the host goes on as if we were not there.
 * A second SIGINT ends the process at once.
 */
export class GracefulShutdown {
  private readonly source: SignalSource;
  private readonly clock: Clock;
  private readonly cleanupLimitMs: number;
  private readonly runs = new Set<{ readonly registration: RunRegistration; readonly controller: AbortController }>();
  private readonly listeners = new Map<StopSignal, () => void>();
  private stopping: { readonly signal: StopSignal; readonly since: number } | undefined;

  constructor(source: SignalSource, clock: Clock = systemClock, cleanupLimitMs: number = CLEANUP_LIMIT_MS) {
    this.source = source;
    this.clock = clock;
    this.cleanupLimitMs = cleanupLimitMs;
  }

  beginRun(registration: RunRegistration): ActiveRun {
    const run = { registration, controller: new AbortController() };
    if (this.stopping) run.controller.abort(new StopRequested(registration.name, this.stopping.signal));
    this.runs.add(run);
    this.listenWhileNeeded();
    return {
      signal: run.controller.signal,
      end: () => {
        this.runs.delete(run);
        this.listenWhileNeeded();
      },
    };
  }

  private listenWhileNeeded(): void {
    // Once stopping we listen until the exit: a second SIGINT must find us even when every run has ended by then.
    const needed = this.stopping !== undefined || [...this.runs].some(({ registration }) => registration.mayExit);
    if (needed === this.listeners.size > 0) return;
    for (const signal of STOP_SIGNALS) {
      if (needed) this.listen(signal);
      else this.unlisten(signal);
    }
  }

  private listen(signal: StopSignal): void {
    const listener = () => this.onSignal(signal);
    this.listeners.set(signal, listener);
    this.source.on(signal, listener);
  }

  private unlisten(signal: StopSignal): void {
    const listener = this.listeners.get(signal);
    if (listener) this.source.off(signal, listener);
    this.listeners.delete(signal);
  }

  private onSignal(signal: StopSignal): void {
    if (this.stopping === undefined) {
      this.stopping = { signal, since: this.clock.now() };
      void this.stopAndExit(signal);
    } else if (signal === "SIGINT" && this.clock.now() - this.stopping.since > SAME_REQUEST_MS) {
      this.source.exit(EXIT_INTERRUPTED);
    }
  }

  private async stopAndExit(signal: StopSignal): Promise<void> {
    const cleanups = [...this.runs].map(async ({ registration, controller }) => {
      controller.abort(new StopRequested(registration.name, signal));
      await registration.onStop();
    });
    // Not unref'ed: this timer is what keeps the process alive until its exit.
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.cleanupLimitMs);
    });
    // Settled, not all: a run that fails to clean up must not cut short another's. Its journal shows how far it came.
    await Promise.race([Promise.allSettled(cleanups), limit]);
    clearTimeout(timer);
    this.source.exit(EXIT_INTERRUPTED);
  }
}

const PROCESS_KEY = Symbol.for("multi-agent-coder.gracefulShutdown.v1");

/**
 * The one shutdown of this process. It lives on `globalThis` because a host may load this module twice (two paths of
 * one plugin), and two handlers would each end the process without waiting for the other's runs.
 */
export function processShutdown(): GracefulShutdown {
  const holder: typeof globalThis & { [PROCESS_KEY]?: GracefulShutdown } = globalThis;
  holder[PROCESS_KEY] ??= new GracefulShutdown(process);
  return holder[PROCESS_KEY];
}
