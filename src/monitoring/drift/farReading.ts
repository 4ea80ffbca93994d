import type { TraceTask } from "../agentTrace.ts";
import type { ScopeMap } from "./scopeMap.ts";
import { type DriftSignal, NEVER_CERTAIN, ramp } from "./signal.ts";
import type { Step } from "./steps.ts";

const NEAR_READ = 0.5;
const LEFT_AFTER_CHANGE = 0.5;
/** Who writes documents reads what they are about. */
const DOCUMENT = /\.(?:md|mdx|markdown|rst|adoc|txt)$/iu;
const DOCUMENTS_READ_MORE = 2.5;

/**
 * Reading and searching away from the task: each path once, by its distance; a look near the task takes half of one
 * away, a change half of all. Callers all over a repository are looked up in a dozen files; 24 of them without any work
 * of its own between are a notice. Never certain.
 */
export class FarReading implements DriftSignal {
  readonly name = "reading far away";
  private readonly map: ScopeMap;
  private readonly allowance: number;
  private amount = 0;
  private readonly seen = new Set<string>();
  private last = "";

  constructor(map: ScopeMap, { files }: TraceTask) {
    this.map = map;
    const writesDocuments = files.length > 0 && files.every((entry) => DOCUMENT.test(entry));
    this.allowance = writesDocuments ? DOCUMENTS_READ_MORE : 1;
  }

  observe({ event, call, isChange }: Step): void {
    if (isChange) this.amount *= LEFT_AFTER_CHANGE;
    if (event.kind !== "call" || call === undefined) return;
    for (const path of call.read) {
      const distance = this.map.distance(path);
      if (distance === 0) this.amount = Math.max(0, this.amount - NEAR_READ);
      else if (!this.seen.has(path)) {
        this.seen.add(path);
        this.amount += distance;
        this.last = path;
      }
    }
  }

  strength(): number {
    return Math.min(NEVER_CERTAIN, ramp(this.amount / this.allowance, 14, 24, 60));
  }

  says(): string {
    return `reads and searches far from the task, last ${this.last}`;
  }
}
