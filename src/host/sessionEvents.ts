/** An event of OpenCode as far as it is read here: a type and untyped properties. */
export interface HostEvent {
  readonly type: string;
  readonly properties?: unknown;
}

type Listener = (event: HostEvent) => void;

/**
 * Brings the events of a session to whoever runs it. OpenCode gives each directory's plugin instance its own events,
 * while the command that spawned the session lives in another instance of the same module.
 */
export class SessionEvents {
  private readonly listeners = new Map<string, Set<Listener>>();

  /** Calls `listener` for each event of the session until the returned function is called. */
  listen(sessionID: string, listener: Listener): () => void {
    const listeners = this.listeners.get(sessionID) ?? new Set();
    this.listeners.set(sessionID, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.listeners.delete(sessionID);
    };
  }

  publish(event: HostEvent): void {
    const sessionID = sessionOf(event.properties);
    if (sessionID === undefined) return;
    for (const listener of this.listeners.get(sessionID) ?? []) listener(event);
  }
}

/** Events name their session at the top, in `info`, or in `part`. */
function sessionOf(properties: unknown): string | undefined {
  for (const holder of [properties, field(properties, "part"), field(properties, "info")]) {
    const id = field(holder, "sessionID");
    if (typeof id === "string") return id;
  }
  return undefined;
}

/** A property of something unknown, or undefined. */
export function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
