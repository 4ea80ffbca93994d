import type { AgentActivity } from "../core/agentRunner.ts";
import { deferred } from "../core/deferred.ts";
import type { Hold } from "../core/hold.ts";
import { namedRetryTime } from "./providerWait.ts";
import { field, type HostEvent, type SessionEvents } from "./sessionEvents.ts";

/** Why a session that has not answered has to be stopped. */
export type StopReason =
  | { readonly reason: "timeout"; readonly seconds: number }
  | { readonly reason: "idle"; readonly seconds: number }
  | { readonly reason: "aborted" }
  /** `retryAt`: when the provider said it will answer again, if it did; in milliseconds since the epoch. */
  | {
      readonly reason: "provider-retries";
      readonly message: string;
      readonly retryAt: number | undefined;
      /** How often the provider was asked so far. */
      readonly requests: number;
    };

export interface WatchOptions {
  readonly sessionID: string;
  readonly events: SessionEvents;
  readonly timeoutMs: number;
  readonly idleMs: number | undefined;
  readonly signal: AbortSignal;
  readonly onActivity: ((activity: AgentActivity) => void) | undefined;
  /** How many of OpenCode's retries to sit through; 3 by default. */
  readonly providerRetries?: number | undefined;
  /** While it holds, neither limit runs. */
  readonly hold?: Hold | undefined;
}

/**
 * OpenCode retries a failing provider by itself, with growing waits. After this many we stop: another model, or a
 * person, is the better answer.
 */
const PROVIDER_RETRIES = 3;

/**
 * Watches a running session: passes on what it does, and settles `stopped` when it has to be stopped: the time limit,
 * no sign of life while no tool runs, the caller's signal, or a provider that keeps failing. `end()` must be called.
 */
export class SessionWatch {
  readonly stopped: Promise<StopReason>;
  private readonly options: WatchOptions;
  private readonly stop: (reason: StopReason) => void;
  /** When the time limit passes; while paused, nothing of it is used up. */
  private deadline: number;
  private timer: NodeJS.Timeout;
  private pausedAt: number | undefined;
  private readonly unlisten: () => void;
  private readonly unfollow: (() => void) | undefined;
  /** For how many reasons the session waits for us now. */
  private waits = 0;
  private readonly runningTools = new Set<string>();
  private idleTimer: NodeJS.Timeout | undefined;

  constructor(options: WatchOptions) {
    this.options = options;
    const { promise, resolve } = deferred<StopReason>();
    this.stopped = promise;
    this.stop = resolve;
    this.deadline = Date.now() + options.timeoutMs;
    this.timer = this.timeOutAt(this.deadline);
    this.unlisten = options.events.listen(options.sessionID, (event) => this.onEvent(event));
    options.signal.addEventListener("abort", this.onAbort, { once: true });
    if (options.signal.aborted) this.onAbort();
    this.restartIdleTimer();
    this.unfollow = options.hold?.onChange((isHeld) => (isHeld ? this.pause() : this.resume()));
    if (options.hold?.isHeld) this.pause();
  }

  /** The session waits for us: neither limit runs on until there was a `resume` for each `pause`. */
  pause(): void {
    if (this.waits++ > 0) return;
    this.pausedAt = Date.now();
    clearTimeout(this.timer);
    clearTimeout(this.idleTimer);
  }

  resume(): void {
    if (--this.waits > 0 || this.pausedAt === undefined) return;
    this.deadline += Date.now() - this.pausedAt;
    this.pausedAt = undefined;
    this.timer = this.timeOutAt(this.deadline);
    this.restartIdleTimer();
  }

  private timeOutAt(deadline: number): NodeJS.Timeout {
    const { timeoutMs } = this.options;
    return setTimeout(() => this.stop({ reason: "timeout", seconds: timeoutMs / 1000 }), deadline - Date.now());
  }

  end(): void {
    clearTimeout(this.timer);
    clearTimeout(this.idleTimer);
    this.unlisten();
    this.unfollow?.();
    this.options.signal.removeEventListener("abort", this.onAbort);
  }

  private readonly onAbort = () => this.stop({ reason: "aborted" });

  private onEvent(event: HostEvent): void {
    if (event.type === "message.part.updated") this.onPart(field(event.properties, "part"));
    if (event.type === "session.status") this.onStatus(field(event.properties, "status"));
    this.restartIdleTimer();
  }

  private onPart(part: unknown): void {
    const id = field(part, "id");
    if (field(part, "type") === "text") this.options.onActivity?.({ kind: "text" });
    if (field(part, "type") !== "tool" || typeof id !== "string") return;
    const state = field(part, "state");
    if (field(state, "status") !== "running") {
      this.runningTools.delete(id);
      return;
    }
    if (this.runningTools.has(id)) return;
    this.runningTools.add(id);
    this.options.onActivity?.({
      kind: "tool",
      tool: String(field(part, "tool")),
      title: titleOf(field(state, "input")),
    });
  }

  private onStatus(status: unknown): void {
    if (field(status, "type") !== "retry") return;
    const attempt = Number(field(status, "attempt"));
    const message = String(field(status, "message"));
    this.options.onActivity?.({ kind: "retry", attempt, message });
    const next = field(status, "next");
    // A retry after the time limit is none.
    const isInTime = typeof next !== "number" || next < this.deadline;
    if (isInTime && attempt < (this.options.providerRetries ?? PROVIDER_RETRIES)) return;
    this.stop({
      reason: "provider-retries",
      message,
      retryAt: namedRetryTime(attempt, next, Date.now()),
      requests: attempt,
    });
  }

  /** A tool that runs is a sign of life: a long test run is not idling, and has a limit of its own. */
  private restartIdleTimer(): void {
    clearTimeout(this.idleTimer);
    const { idleMs } = this.options;
    if (idleMs === undefined || this.pausedAt !== undefined || this.runningTools.size > 0) return;
    this.idleTimer = setTimeout(() => this.stop({ reason: "idle", seconds: idleMs / 1000 }), idleMs);
  }
}

/** What a tool call is about, in a word or two: the path or the command it was given. */
function titleOf(input: unknown): string {
  for (const name of ["filePath", "path", "command", "pattern"]) {
    const value = field(input, name);
    if (typeof value === "string") return value;
  }
  return "";
}
