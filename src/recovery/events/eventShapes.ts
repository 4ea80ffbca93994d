import { z } from "zod";

/** The part every event of an attempt has; attempts count from 1 per task. */
export const ofAttempt = { task: z.string(), attempt: z.number() } as const;

export const usage = {
  /** Of the run's own agents since the last event that told it. */
  run: { tokens: z.number().optional(), cost_usd: z.number().optional() },
  difference: z.object({ files: z.number(), lines: z.number() }),
} as const;
