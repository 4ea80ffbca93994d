import { type DriftSignal, ramp } from "./signal.ts";
import type { Call, CallStep, Step } from "./steps.ts";

/** From the third time on, a call with the same outcome and nothing changed since says nothing new. */
const IDLE_FROM = 3;
const SAID_SOMETHING_NEW = 0.5;

/**
 * Calls made again and again with the same outcome while nothing changes, alone or in turns: each idle repetition adds
 * one, each other call takes half away, a change takes all. A command counts three quarters, since it may wait for
 * something; a check of the task's own that passes less, one whose outcome wavers least: flaky tests are run many times. The same file read 5 times
 * in a row is a notice, 8 times is certain.
 */
export class RepeatedCalls implements DriftSignal {
  readonly name = "repeated calls";
  private amount = 0;
  private most = "";

  observe({ event, call, isChange }: Step): void {
    if (isChange) this.amount = 0;
    else if (event.kind === "call" && call !== undefined) {
      const idle = call.timesSinceChange >= IDLE_FROM;
      this.amount = Math.max(0, this.amount + (idle ? weightOf(event, call) : -SAID_SOMETHING_NEW));
      if (idle) this.most = `${event.tool} ${event.command ?? event.paths.join(", ")}`.trim();
    }
  }

  strength(): number {
    return ramp(this.amount, 1.5, 3, 5);
  }

  says(): string {
    return `the same calls again and again with nothing changed between, such as ${this.most}`;
  }
}

function weightOf({ does, outcome }: Call, { isFlaky, isNamedCheck }: CallStep): number {
  if (isFlaky) return 0.2;
  if (isNamedCheck && outcome === "ok") return 0.4;
  return does === "shell" || does === "other" ? 0.75 : 1;
}
