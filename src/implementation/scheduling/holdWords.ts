import { describeDuration } from "../../core/usageText.ts";
import { timeOfDay } from "../../planning/cooldownText.ts";
import type { Hold } from "./scheduler.ts";

/** Why free workers get nothing: the end of the sentence "ready tasks wait for …". */
export function describeHold(hold: Hold, now: number): string {
  switch (hold.reason) {
    case "resources":
      return `the machine: ${hold.because}`;
    case "validation":
      return `the ${hold.tasks} tasks that are being verified or land`;
    case "person":
      return "the person who paused it: pause --off";
    case "cooling":
      return describeCoolDown(hold.until, now);
  }
}

/** "a model that cools down until 14:05 (12 min 30 s)" */
export function describeCoolDown(until: number, now: number): string {
  if (!Number.isFinite(until)) return "a model, and none is left to try";
  return `a model that cools down until ${timeOfDay(until)} (${describeDuration(until - now)})`;
}
