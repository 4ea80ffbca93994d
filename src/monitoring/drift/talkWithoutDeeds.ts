import { type DriftSignal, NEVER_CERTAIN, ramp } from "./signal.ts";
import type { Step } from "./steps.ts";

/** Shorter texts are what agents say between two calls, often in the same words. */
const LONG_TEXT = 40;
const COMPARED_CHARACTERS = 2_000;

/**
 * Texts without a call between them: eight are a notice, some seventeen are certain. And one text said again, word for
 * word, while nothing new is done: the fifth time is a notice.
 */
export class TalkWithoutDeeds implements DriftSignal {
  readonly name = "talk without deeds";
  private texts = 0;
  private mostSaid = 0;
  private readonly said = new Map<string, number>();

  observe({ event, isProgress }: Step): void {
    if (event.kind === "call") this.texts = 0;
    if (isProgress) {
      this.said.clear();
      this.mostSaid = 0;
    }
    if (event.kind !== "text" || event.text.length < LONG_TEXT) return;
    this.texts += 1;
    const text = event.text.slice(0, COMPARED_CHARACTERS);
    const times = (this.said.get(text) ?? 0) + 1;
    this.said.set(text, times);
    this.mostSaid = Math.max(this.mostSaid, times);
  }

  strength(): number {
    const repeated = Math.min(NEVER_CERTAIN, ramp(this.mostSaid, 2, 5, 10));
    return Math.max(ramp(this.texts, 5, 8, 20), repeated);
  }

  says(): string {
    return this.mostSaid >= 5
      ? `the same words said ${this.mostSaid} times`
      : `${this.texts} long texts one after the other without doing anything`;
  }
}
