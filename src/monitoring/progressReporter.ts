import type { Clock } from "../core/clock.ts";
import type { LogProgress, ProgressStream } from "../core/progress.ts";
import { LiveReporter } from "./liveReporter.ts";
import { PlainReporter } from "./plainReporter.ts";
import type { ProgressReporter, StartTicker } from "./reporter.ts";

export interface ProgressReporterOptions {
  /** Standard error: standard output is for results. Undefined where anything written would spoil a screen. */
  readonly stream: ProgressStream | undefined;
  /** Told each entry when there is no stream: the host has a way of its own to show a line. */
  readonly notify?: LogProgress | undefined;
  readonly clock: Clock;
  readonly environment: Readonly<NodeJS.ProcessEnv>;
  readonly startTicker?: StartTicker;
}

/** A live block on a terminal, otherwise one plain line an event (a log, a pipe, CI, a terminal that says `dumb`). */
export function createProgressReporter(options: ProgressReporterOptions): ProgressReporter {
  const { stream, clock, environment, startTicker = startUnrefTicker } = options;
  if (stream === undefined) return notifyingReporter(options.notify);
  if (!stream.isTTY || environment.TERM === "dumb") return new PlainReporter(stream);
  // https://no-color.org: present and not empty, whatever its value.
  const color = !environment.NO_COLOR;
  return new LiveReporter({ stream, clock, startTicker, color });
}

function notifyingReporter(notify: LogProgress | undefined): ProgressReporter {
  return { log: (entry) => notify?.(entry), update: () => undefined, stop: () => undefined };
}

const startUnrefTicker: StartTicker = (tick, intervalMs) => {
  const timer = setInterval(tick, intervalMs);
  timer.unref();
  return () => clearInterval(timer);
};
