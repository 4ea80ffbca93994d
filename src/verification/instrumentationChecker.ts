import { messageOf } from "../core/refusal.ts";
import { TimeLimitExceeded, withTimeLimit } from "../core/timeLimit.ts";

/** `skipped`: there was nothing to look at, or what has to hold first does not. */
export type HealthResult = "ok" | "warning" | "failed" | "skipped";

export interface HealthVerdict {
  readonly result: HealthResult;
  /** What was found, as a clause; may have several lines. */
  readonly says: string;
  /** What a person can do about it. */
  readonly mend?: string | undefined;
}

/** One thing that has to be in order before agents are paid for, as data. */
export interface HealthCheck {
  /** Unique among the checks of a run. */
  readonly name: string;
  /** Milliseconds, after which its signal fires; its result is not waited for any longer. */
  readonly limitMs: number;
  /** What taking too long means; default "failed". */
  readonly overdue?: "warning" | "failed";
  /** Names of checks before it that have to be "ok" or "warning", else it is skipped. */
  readonly needs?: readonly string[];
  readonly check: (signal: AbortSignal) => Promise<HealthVerdict>;
}

export interface HealthFinding extends HealthVerdict {
  readonly name: string;
  /** How long it took, without what it waited for. */
  readonly durationMs: number;
}

/** What is known already, in its place among the checks. */
export function verdictCheck(name: string, verdict: HealthVerdict): HealthCheck {
  return { name, limitMs: 1_000, check: async () => verdict };
}

/**
 * M12. Runs all checks at the same time, but for what one needs of another, and says of each what was found, in the order
 * given. Nothing a check does ends the others: one that throws has failed, one that takes too long is left. When `signal`
 * fires, whatever is not finished is skipped at once.
 */
export async function checkInstruments(
  checks: readonly HealthCheck[],
  signal: AbortSignal,
): Promise<readonly HealthFinding[]> {
  const findings = new Map<string, Promise<HealthFinding>>();
  for (const check of checks) {
    const needed = (check.needs ?? []).map((name) => {
      const finding = findings.get(name);
      if (finding === undefined) throw new Error(`the check '${check.name}' needs '${name}', which is not before it`);
      return finding;
    });
    findings.set(check.name, checkAfter(needed, check, signal));
  }
  return Promise.all(findings.values());
}

async function checkAfter(
  needed: readonly Promise<HealthFinding>[],
  check: HealthCheck,
  signal: AbortSignal,
): Promise<HealthFinding> {
  const missing = (await Promise.all(needed)).find(({ result }) => result === "failed" || result === "skipped");
  const startedAt = performance.now();
  const verdict: HealthVerdict =
    missing === undefined ? await verdictOf(check, signal) : { result: "skipped", says: `needs '${missing.name}'` };
  return { name: check.name, ...verdict, durationMs: Math.round(performance.now() - startedAt) };
}

async function verdictOf({ name, check, limitMs, overdue }: HealthCheck, signal: AbortSignal): Promise<HealthVerdict> {
  try {
    return await withTimeLimit(check, limitMs, `the check '${name}'`, signal);
  } catch (error) {
    if (signal.aborted) return { result: "skipped", says: "interrupted" };
    if (error instanceof TimeLimitExceeded) {
      return { result: overdue ?? "failed", says: `did not end within ${limitMs / 1_000} s` };
    }
    return { result: "failed", says: messageOf(error) };
  }
}
