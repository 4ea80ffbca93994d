/** What every event of a bus has: a `type` that tells the members of its union apart. */
export interface TypedEvent {
  readonly type: string;
}

export type EventListener<Event extends TypedEvent> = (event: Event) => void;

/** Told about each listener that threw; must not throw itself. */
export type ListenerErrorHandler<Event extends TypedEvent> = (error: unknown, event: Event) => void;

/** Ends a subscription; calling it again does nothing. */
export type Unsubscribe = () => void;

/**
 * Delivers events to listeners at once, in the order of their subscription, before `emit` returns.
 * A listener that throws harms neither the emitter nor the listeners after it.
 * It keeps nothing: a listener hears only what is emitted while it is subscribed.
 */
export class EventBus<Event extends TypedEvent> {
  private readonly subscriptions = new Set<EventListener<Event>>();
  private readonly onListenerError: ListenerErrorHandler<Event>;

  constructor(onListenerError: ListenerErrorHandler<Event>) {
    this.onListenerError = onListenerError;
  }

  /** Hears the events of one type. */
  on<Type extends Event["type"]>(type: Type, listener: EventListener<Extract<Event, { type: Type }>>): Unsubscribe {
    return this.onAny((event) => {
      if (isOfType(event, type)) listener(event);
    });
  }

  /** Hears every event. */
  onAny(listener: EventListener<Event>): Unsubscribe {
    // A function of our own per subscription: the same listener subscribed twice is heard twice and ended separately.
    const subscription: EventListener<Event> = (event) => listener(event);
    this.subscriptions.add(subscription);
    return () => {
      this.subscriptions.delete(subscription);
    };
  }

  emit(event: Event): void {
    // A copy: who subscribes while an event is delivered hears the next one.
    for (const subscription of [...this.subscriptions]) {
      // One that an earlier listener has just unsubscribed must not hear it any more.
      if (!this.subscriptions.has(subscription)) continue;
      try {
        subscription(event);
      } catch (error) {
        this.onListenerError(error, event);
      }
    }
  }
}

function isOfType<Event extends TypedEvent, Type extends Event["type"]>(
  event: Event,
  type: Type,
): event is Extract<Event, { type: Type }> {
  return event.type === type;
}

/**
 * Brings events to one asynchronous listener, one at a time, in the order they came; a listener that rejects misses
 * nothing that follows. Subscribe `dispatch` to a bus: `bus.onAny(dispatcher.dispatch)`.
 * The queue is in memory: what must survive a crash belongs in the journal.
 */
export class AsyncDispatcher<Event extends TypedEvent> {
  private queue: Promise<void> = Promise.resolve();
  private readonly deliver: (event: Event) => Promise<void>;
  private readonly onListenerError: ListenerErrorHandler<Event>;

  constructor(deliver: (event: Event) => Promise<void>, onListenerError: ListenerErrorHandler<Event>) {
    this.deliver = deliver;
    this.onListenerError = onListenerError;
  }

  readonly dispatch = (event: Event): void => {
    this.queue = this.queue
      .then(() => this.deliver(event))
      .catch((error: unknown) => this.onListenerError(error, event));
  };

  /** Resolves when everything dispatched so far, and what came in meanwhile, has been delivered. */
  async drain(): Promise<void> {
    let seen: Promise<void>;
    do {
      seen = this.queue;
      await seen;
    } while (seen !== this.queue);
  }
}
