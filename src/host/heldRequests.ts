import type { Hold } from "../core/hold.ts";

interface HeldSession {
  readonly hold: Hold;
  readonly signal: AbortSignal;
}

/**
 * X1. Keeps the next request of a session back while it is held: OpenCode waits for the hook that asks here before each.
 * One object a process, since that hook runs in the instance of the session's directory.
 */
export class HeldRequests {
  private readonly sessions = new Map<string, HeldSession>();

  /** @returns ends it: the session's requests are nobody's concern any more */
  begin(sessionID: string, session: HeldSession): () => void {
    this.sessions.set(sessionID, session);
    return () => this.sessions.delete(sessionID);
  }

  /** Rejects, and the request stays unsent, when the session is stopped meanwhile. */
  async whenFree(sessionID: string): Promise<void> {
    const session = this.sessions.get(sessionID);
    if (session === undefined) return;
    await session.hold.whenFree(session.signal);
    if (session.signal.aborted) throw new Error("the session was stopped");
  }
}
