import type { Effect } from "./effects.ts";

/** When in an effect. */
export type Moment = "before" | "during" | "after";

/** A moment, and what happens then. */
export interface Noted extends Effect {
  readonly key: string;
  readonly moment: Moment;
  /** Which one of that name, from 1. */
  readonly number: number;
}

/** Names the moments of a process's effects: an effect that comes again has a number, counted from 1. */
export class Keys {
  /** In the order of their coming. */
  readonly all: Noted[] = [];
  private readonly counts = new Map<string, number>();

  /** @returns the moment's own name, such as `after git commit-tree #3` */
  note(moment: Moment, effect: Effect): string {
    const words = `${moment} ${effect.name}`;
    const count = (this.counts.get(words) ?? 0) + 1;
    this.counts.set(words, count);
    const key = `${words} #${count}`;
    this.all.push({ ...effect, key, moment, number: count });
    return key;
  }
}
