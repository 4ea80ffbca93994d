import type { Clock } from "../core/clock.ts";
import { LiveReporter } from "./liveReporter.ts";
import { PlainReporter } from "./plainReporter.ts";
import type { ProgressReporter, ProgressStream, StartTicker } from "./reporter.ts";

export interface ProgressReporterOptions {
  /** Standard error: standard output is for results. Undefined where anything written would spoil a screen. */
  readonly stream: ProgressStream | undefined;
  readonly clock: Clock;
  readonly environment: Readonly<NodeJS.ProcessEnv>;
  readonly startTicker?: StartTicker;
}

/** A live block on a terminal, otherwise one plain line an event (a log, a pipe, CI, a terminal that says `dumb`). */
export function createProgressReporter(options: ProgressReporterOptions): ProgressReporter {
  const { stream, clock, environment, startTicker = startUnrefTicker } = options;
  if (stream === undefined) return SILENT;
  if (!stream.isTTY || environment.TERM === "dumb") return new PlainReporter(stream);
  // https://no-color.org: present and not empty, whatever its value.
  const color = !environment.NO_COLOR;
  return new LiveReporter({ stream, clock, startTicker, color });
}

const SILENT: ProgressReporter = { log: () => undefined, update: () => undefined, stop: () => undefined };

const startUnrefTicker: StartTicker = (tick, intervalMs) => {
  const timer = setInterval(tick, intervalMs);
  timer.unref();
  return () => clearInterval(timer);
};
