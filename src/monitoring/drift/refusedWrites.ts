import type { DriftSignal } from "./signal.ts";
import { ramp } from "./signal.ts";
import type { Step } from "./steps.ts";

/** A write inside the scope makes up for a quarter of one outside. */
const MADE_GOOD_BY_WRITE = 0.25;
const NAMED = 3;

/**
 * Writes outside the scope: refused by the fence, or made by a shell command that no fence saw. Who is refused once or
 * twice has learned where the scope ends. Three are a notice, five are certain. A path that is removed again, or may be
 * written later, is forgiven.
 */
export class RefusedWrites implements DriftSignal {
  readonly name = "outside the scope";
  private amount = 0;
  private count = 0;
  private readonly paths = new Set<string>();
  private latest: readonly string[] = [];

  observe({ event, call }: Step): void {
    if (event.kind !== "call" || call === undefined) return;
    if (event.outcome === "refused") {
      const weight = event.does === "write" || event.does === "shell" ? 1 : 0.5;
      this.add(weight, [...event.paths, ...call.outside]);
    } else if (event.outcome === "ok") {
      if (call.outside.length > 0) this.add(call.outside.every((path) => this.paths.has(path)) ? 0.5 : 1, call.outside);
      for (const path of [...call.inside, ...call.removed]) if (this.paths.delete(path)) this.amount -= 1;
      if (call.inside.length > 0) this.amount -= MADE_GOOD_BY_WRITE;
      this.amount = Math.max(0, this.amount);
    }
  }

  strength(): number {
    return ramp(this.amount, 1.5, 3, 5);
  }

  says(): string {
    const named = this.latest.length === 0 ? "" : `, such as ${this.latest.join(", ")}`;
    return `${this.count} writes outside the scope${named}`;
  }

  private add(weight: number, paths: readonly string[]): void {
    this.amount += weight;
    this.count += 1;
    for (const path of paths) this.paths.add(path);
    this.latest = [...new Set([...this.latest, ...paths])].slice(-NAMED);
  }
}
