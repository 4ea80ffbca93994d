import { setTimeout as wait } from "node:timers/promises";

/** Resolves after so many milliseconds, or as soon as `signal` fires; it never rejects. */
export type Pause = (milliseconds: number, signal: AbortSignal) => Promise<void>;

export const pause: Pause = async (milliseconds, signal) => {
  await wait(milliseconds, undefined, { signal }).catch(() => undefined);
};
