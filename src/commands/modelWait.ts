import type { AgentRole } from "../core/agentRunner.ts";
import type { Clock } from "../core/clock.ts";
import type { Pause } from "../core/pause.ts";
import type { ProgressEntry } from "../core/progress.ts";
import { describeCooling } from "../planning/cooldownText.ts";
import type { Cooldown, ModelMemory } from "../recovery/modelMemory.ts";
import type { ModelRef } from "../types.ts";

export interface WaitSurroundings {
  readonly memory: ModelMemory;
  /** In all. */
  readonly longestWaitMs: number;
  readonly clock: Clock;
  readonly pause: Pause;
  readonly signal: AbortSignal;
  readonly report: (level: ProgressEntry["level"], message: string) => void;
}

/**
 * Waits until the one model there is may be asked in a role; undefined: it may, and who asked has to tell the memory how
 * it went. Else it cools down for longer than is waited, or the signal has fired.
 */
export async function waitForModel(
  model: ModelRef,
  role: AgentRole,
  { memory, longestWaitMs, clock, pause, signal, report }: WaitSurroundings,
): Promise<Cooldown | undefined> {
  const deadline = clock.now() + longestWaitMs;
  for (;;) {
    const admission = await memory.admit(model, role);
    if (admission.kind === "admitted") return undefined;
    const { cooldown } = admission;
    if (signal.aborted || cooldown.until > deadline) return cooldown;
    report("warn", `${describeCooling({ model, ...cooldown })}; waiting for it`);
    await pause(cooldown.until - clock.now(), signal);
  }
}
