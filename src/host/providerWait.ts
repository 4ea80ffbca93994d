/** OpenCode's own waits between retries: they double, with up to a quarter more by chance. */
const FIRST_WAIT_MS = 2_000;
const LONGEST_SHARE = 1.25;
/** An event comes a little after the wait was computed. */
const TOLERANCE_MS = 500;

/**
 * The time at which a provider said it will answer again, from OpenCode's announcement of a retry; undefined when the
 * wait is just OpenCode's own, which says nothing about the provider. Times in milliseconds since the epoch.
 */
export function namedRetryTime(attempt: number, next: unknown, now: number): number | undefined {
  if (typeof next !== "number") return undefined;
  const own = FIRST_WAIT_MS * 2 ** (attempt - 1);
  const wait = next - now;
  const isOwn = wait > own - TOLERANCE_MS && wait < own * LONGEST_SHARE + TOLERANCE_MS;
  return isOwn ? undefined : next;
}
