import type { RunningAgent } from "../../core/agentSupervisor.ts";

export interface NoticeOptions {
  /** What is sent, as one JSON object of at most 3,072 bytes. */
  readonly messageOf: (id: string, signals: readonly string[]) => string;
  readonly onSent: (id: string, delivery: number) => void;
  /** The host would not take it. */
  readonly onLost: (error: unknown) => void;
  /** Sent as often as it may be, and never acknowledged. */
  readonly onIgnored: (id: string) => void;
}

/** X6. A notice is sent twice at most … */
const MOST_DELIVERIES = 2;
/** … and an agent has this many tool calls to acknowledge each. It sees one at its next turn at the earliest. */
const CALLS_TO_ACKNOWLEDGE = 4;

interface OpenNotice {
  readonly id: string;
  readonly signals: readonly string[];
  deliveries: number;
  callsSince: number;
}

/** Messages to an agent at work: structured, acknowledged, sent again once, then given up. One at a time. */
export class Notices {
  private readonly options: NoticeOptions;
  private agent: RunningAgent | undefined;
  private open: OpenNotice | undefined;
  private count = 0;

  constructor(options: NoticeOptions) {
    this.options = options;
  }

  attach(agent: RunningAgent): void {
    this.agent = agent;
  }

  /** While one is open there is nothing more to be said. */
  send(signals: readonly string[]): void {
    if (this.open !== undefined) return;
    this.open = { id: `n${++this.count}`, signals, deliveries: 0, callsSince: 0 };
    this.deliver(this.open);
  }

  /** The agent is about to use a tool. */
  noteCall(): void {
    const { open } = this;
    if (open === undefined || ++open.callsSince <= CALLS_TO_ACKNOWLEDGE) return;
    if (open.deliveries < MOST_DELIVERIES) {
      this.deliver(open);
    } else {
      this.open = undefined;
      this.options.onIgnored(open.id);
    }
  }

  /** @returns whether there was such a notice */
  acknowledge(id: string): boolean {
    if (this.open?.id !== id) return false;
    this.open = undefined;
    return true;
  }

  private deliver(notice: OpenNotice): void {
    notice.deliveries++;
    notice.callsSince = 0;
    this.options.onSent(notice.id, notice.deliveries);
    this.agent?.say(this.options.messageOf(notice.id, notice.signals)).catch(this.options.onLost);
  }
}
