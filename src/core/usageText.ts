export interface Usage {
  readonly tokensUsed: number;
  readonly costUsd: number;
  readonly durationMs?: number;
}

/** "12,345 tokens, $0.02, 34 s" */
export function describeUsage({ tokensUsed, costUsd, durationMs }: Usage): string {
  const parts = [`${tokensUsed.toLocaleString("en-US")} tokens`, `$${costUsd.toFixed(costUsd < 0.1 ? 3 : 2)}`];
  if (durationMs !== undefined) parts.push(describeDuration(durationMs));
  return parts.join(", ");
}

/** "9 s", "2 min 5 s", "1 h 3 min". */
export function describeDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
