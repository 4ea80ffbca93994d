import type { RawChange } from "../git/rawDiff.ts";

/** What was found in a file's content. */
export interface Verdict {
  /** In words; undefined: nothing is wrong with it. */
  readonly problem: string | undefined;
  readonly bytes: number;
}

/** About 20 MB of keys and verdicts; what is forgotten is looked at again. */
const MOST_VERDICTS = 50_000;

/** Verdicts by path, content before and after, and version of the task's spec: nothing is looked at twice. */
export class VerdictCache {
  private readonly verdicts = new Map<string, Verdict>();

  get(spec: string, change: RawChange): Verdict | undefined {
    return this.verdicts.get(keyOf(spec, change));
  }

  set(spec: string, change: RawChange, verdict: Verdict): void {
    const [oldest] = this.verdicts.size < MOST_VERDICTS ? [] : this.verdicts.keys();
    if (oldest !== undefined) this.verdicts.delete(oldest);
    this.verdicts.set(keyOf(spec, change), verdict);
  }
}

function keyOf(spec: string, { newObject, oldObject, path }: RawChange): string {
  return [spec, oldObject, newObject, path].join(" ");
}
