import { type DriftSignal, ramp } from "./signal.ts";
import type { Step } from "./steps.ts";

const MADE_GOOD_BY_CALL = 1.5;
const MADE_GOOD_BY_WRITE = 2;

/**
 * Calls that fail, faster than others succeed: each adds one, each success takes one and a half, a successful write two.
 * Who writes and runs red tests in turn stays at 0; with four of five calls failing it is a notice after some 16 calls.
 */
export class ErrorStorm implements DriftSignal {
  readonly name = "errors";
  private amount = 0;

  observe({ event }: Step): void {
    if (event.kind !== "call" || event.outcome === "refused") return;
    if (event.outcome === "error") this.amount += 1;
    else this.amount = Math.max(0, this.amount - (event.does === "write" ? MADE_GOOD_BY_WRITE : MADE_GOOD_BY_CALL));
  }

  strength(): number {
    return ramp(this.amount, 5, 8, 13);
  }

  says(): string {
    return `most of the last calls failed (${Math.round(this.amount)} more than succeeded)`;
  }
}
