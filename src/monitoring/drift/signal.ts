import type { Step } from "./steps.ts";

/** One thing that may speak for drift, kept up to date event by event. */
export interface DriftSignal {
  readonly name: string;
  observe(step: Step): void;
  /** 0: as good agents work; 0.5: reason enough for a notice; 1: certain. */
  strength(): number;
  /** What was seen, in one line. */
  says(): string;
}

/** 0 up to `ordinary`, 0.5 at `notice`, 1 from `certain` on, straight lines between. */
export function ramp(amount: number, ordinary: number, notice: number, certain: number): number {
  if (!(amount > ordinary)) return 0;
  if (amount < notice) return (0.5 * (amount - ordinary)) / (notice - ordinary);
  if (amount < certain) return 0.5 + (0.5 * (amount - notice)) / (certain - notice);
  return 1;
}

/** What a signal comes to at most that may be mistaken: a notice, never a pause by itself. */
export const NEVER_CERTAIN = 0.8;
