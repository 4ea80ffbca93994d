import { setTimeout as wait } from "node:timers/promises";

/** Far above what anything here takes: a limit against a hang, with a name for what never came. */
const LIMIT_MS = 30_000;
const BETWEEN_LOOKS_MS = 10;

/** Looks until `condition` holds, and rejects naming `what` when it does not in time. */
export async function until(what: string, condition: () => Promise<boolean>, limitMs = LIMIT_MS): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await wait(BETWEEN_LOOKS_MS);
  }
}
