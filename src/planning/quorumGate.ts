interface Place {
  readonly agent: string;
  /** Fires when `isNeeded` is known. */
  readonly decided: AbortController;
  isNeeded: boolean | undefined;
}

/**
 * Holds back agents that could go on only with a model that may cost money, until it is known whether their answer is
 * needed: it is not when the quorum stands without it, and it is as soon as all who still plan could not make one.
 */
export class QuorumGate {
  private readonly needed: number;
  private readonly planning: Set<string>;
  private readonly waiting = new Set<Place>();
  private answered = 0;

  /** @param needed how many answers are enough */
  constructor(agents: readonly string[], needed: number) {
    this.planning = new Set(agents);
    this.needed = needed;
  }

  /** An agent came to its end. */
  settle(agent: string, hasAnswered: boolean): void {
    this.planning.delete(agent);
    if (hasAnswered) this.answered++;
    this.decide();
  }

  /** @param patience how long the agent waits at most for that to be known; ends early when the signal fires */
  async isNeeded(agent: string, patience: (decided: AbortSignal) => Promise<void>): Promise<boolean> {
    this.planning.delete(agent);
    const place: Place = { agent, decided: new AbortController(), isNeeded: undefined };
    this.waiting.add(place);
    this.decide();
    if (place.isNeeded === undefined) await patience(place.decided.signal);
    if (place.isNeeded === undefined) this.letGo(place, true);
    return place.isNeeded === true;
  }

  /** First come, first served. */
  private decide(): void {
    for (const place of this.waiting) {
      if (this.answered >= this.needed) this.letGo(place, false);
      else if (this.answered + this.planning.size < this.needed) this.letGo(place, true);
    }
  }

  private letGo(place: Place, isNeeded: boolean): void {
    place.isNeeded = isNeeded;
    this.waiting.delete(place);
    if (isNeeded) this.planning.add(place.agent);
    place.decided.abort();
  }
}
