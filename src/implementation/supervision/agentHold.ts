import type { Unsubscribe } from "../../core/eventBus.ts";
import { type Hold, HoldSwitch } from "../../core/hold.ts";
import type { RunEvent } from "../../recovery/runEvents.ts";

export interface AgentHoldOptions {
  /** Whether a person wants the agent to stand still, as the journal has it now. */
  readonly isWanted: () => boolean;
  /** Every event, once it is in the journal. */
  readonly subscribe: (listener: (event: RunEvent) => void) => Unsubscribe;
  /** Resolves once no tool runs and what the agent has made is saved. */
  readonly settle: () => Promise<void>;
  readonly record: (type: "agent_held" | "agent_released") => Promise<void>;
  /** When it fires, nothing is waited for any more. */
  readonly signal: AbortSignal;
}

const PAUSES: readonly RunEvent["type"][] = ["run_paused", "run_unpaused", "task_paused", "task_unpaused"];

/**
 * X1. Makes one agent stand still while a person wants that, and acknowledges it: the tool that runs ends, what there is
 * is saved, and only then it is on record that the agent is held. An answer of its model that is on its way may still
 * arrive; nothing comes of it before the release. `end()` must be called.
 */
export class AgentHold {
  private readonly options: AgentHoldOptions;
  private readonly hold = new HoldSwitch();
  private readonly unsubscribe: Unsubscribe;
  private isAcknowledged = false;
  private hasEnded = false;
  private acknowledging: Promise<void> = Promise.resolve();
  private heldSince: number | undefined;
  private heldBefore = 0;

  constructor(options: AgentHoldOptions) {
    this.options = options;
    this.unsubscribe = options.subscribe((event) => {
      if (PAUSES.includes(event.type)) this.follow();
    });
    this.follow();
  }

  /** For the host. */
  get asHold(): Hold {
    return this.hold;
  }

  get isHeld(): boolean {
    return this.hold.isHeld;
  }

  /** Milliseconds it has stood still so far. */
  get heldMs(): number {
    return this.heldBefore + (this.heldSince === undefined ? 0 : performance.now() - this.heldSince);
  }

  /** Waits for the release. @returns false: the agent is stopped, there is nothing to go on with */
  async mayGoOn(): Promise<boolean> {
    await this.hold.whenFree(this.options.signal);
    return !this.options.signal.aborted;
  }

  /** Nothing is recorded once this has resolved. */
  async end(): Promise<void> {
    this.unsubscribe();
    this.hasEnded = true;
    await this.acknowledging;
  }

  private follow(): void {
    const isHeld = this.options.isWanted();
    if (isHeld === this.hold.isHeld) return;
    if (isHeld) this.heldSince = performance.now();
    else {
      this.heldBefore = this.heldMs;
      this.heldSince = undefined;
    }
    this.hold.set(isHeld);
    // A journal that breaks is met by the attempt's next own record.
    this.acknowledging = this.acknowledging.then(() => this.acknowledge()).catch(() => undefined);
  }

  private async acknowledge(): Promise<void> {
    if (this.hold.isHeld) await this.options.settle();
    // Meanwhile it may have been released, and held again.
    const { isHeld } = this.hold;
    if (this.hasEnded || isHeld === this.isAcknowledged) return;
    this.isAcknowledged = isHeld;
    await this.options.record(isHeld ? "agent_held" : "agent_released");
  }
}
