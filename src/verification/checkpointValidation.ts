import type { BlobContents, ChangedText } from "../git/changedTexts.ts";
import type { RawChange } from "../git/rawDiff.ts";
import { type EvidenceRules, violations } from "./evidence.ts";
import { type PathProblem, problemOfPath, problemOfText } from "./pathProblems.ts";
import type { Verdict, VerdictCache } from "./verdictCache.ts";

/** X4. What was found when the files of a checkpoint were looked at. */
export interface CheckpointValidation {
  /** Files whose content was looked at now, and whose verdict was known from before. */
  readonly checked: number;
  readonly cached: number;
  /** Files whose content was left out: a sample was taken, or the time was up. */
  readonly unchecked: number;
  readonly degraded?: "sampled" | "out_of_time";
  readonly violations: readonly PathProblem[];
}

export interface CheckpointToValidate {
  /** To the attempt's base. */
  readonly changes: readonly RawChange[];
  /** True for a path that differs from the checkpoint before. */
  readonly isNew: (path: string) => boolean;
  readonly mayWrite: EvidenceRules["mayWrite"];
  /** Version of the task's spec: verdicts hold for it alone. */
  readonly spec: string;
}

export interface ValidationMeans {
  readonly verdicts: VerdictCache;
  readonly readBlobs: (ids: readonly string[], signal: AbortSignal) => Promise<BlobContents>;
  /** In milliseconds, from any moment on. */
  readonly now: () => number;
  readonly budgetMs?: number;
}

/** X4. After this long no further file is looked at. */
const BUDGET_MS = 5_000;
/** More files whose content nobody has looked at are looked at in part. */
const SAMPLE = 100;
/** Read in one go, so that the time is asked for in between; and so many that are not new are caught up with at once. */
const AT_ONCE = 25;
/** More are not written down. */
const MOST_VIOLATIONS = 100;

/**
 * Looks at everything a checkpoint holds: where every path is and of what kind, and for keys in what has not been looked
 * at before, as far as the budget goes. Never says that something is wrong because there was no time.
 */
export async function validateCheckpoint(
  checkpoint: CheckpointToValidate,
  means: ValidationMeans,
): Promise<CheckpointValidation> {
  const { changes, mayWrite, spec } = checkpoint;
  const written = changes.filter(({ kind }) => kind !== "deleted");
  const unknown = written.filter((change) => means.verdicts.get(spec, change) === undefined);
  const sample = sampleOf(unknown, checkpoint.isNew);
  const checked = await lookInto(sample, checkpoint, means);
  const verdictOf = (change: RawChange): Verdict | undefined => means.verdicts.get(spec, change);
  return {
    checked,
    cached: written.length - unknown.length,
    unchecked: unknown.length - checked,
    ...degradation(checked, sample.length, unknown.length),
    violations: [
      ...changes.flatMap((change) => problems(change.path, problemOfPath(change, mayWrite))),
      ...written.flatMap((change) => problems(change.path, verdictOf(change)?.problem)),
      ...tooLarge(written, verdictOf),
    ].slice(0, MOST_VIOLATIONS),
  };
}

function degradation(checked: number, sampled: number, unknown: number): Pick<CheckpointValidation, "degraded"> {
  if (checked < sampled) return { degraded: "out_of_time" };
  return sampled < unknown ? { degraded: "sampled" } : {};
}

/** What is new goes first; of too many, some from everywhere: the same for the same files. */
function sampleOf(unknown: readonly RawChange[], isNew: (path: string) => boolean): readonly RawChange[] {
  const sorted = unknown.toSorted((one, other) => (one.path < other.path ? -1 : 1));
  const fresh = spread(
    sorted.filter(({ path }) => isNew(path)),
    SAMPLE,
  );
  const older = sorted.filter(({ path }) => !isNew(path));
  return [...fresh, ...spread(older, Math.max(0, AT_ONCE - fresh.length))];
}

function spread<Item>(items: readonly Item[], count: number): readonly Item[] {
  if (items.length <= count) return items;
  return Array.from({ length: count }, (_, index) => items[Math.floor((index * items.length) / count)]).filter(
    (item) => item !== undefined,
  );
}

/** @returns of how many files the content was looked at before the time was up */
async function lookInto(
  sample: readonly RawChange[],
  { changes, isNew, spec }: CheckpointToValidate,
  { budgetMs = BUDGET_MS, now, readBlobs, verdicts }: ValidationMeans,
): Promise<number> {
  const until = now() + budgetMs;
  const gone = changes.filter(({ kind, path }) => kind === "deleted" && isNew(path)).slice(0, SAMPLE);
  let checked = 0;
  for (let start = 0; start < sample.length; start += AT_ONCE) {
    const part = sample.slice(start, start + AT_ONCE);
    const contents = await readInTime([...part, ...gone], readBlobs, until - now());
    if (contents === undefined) return checked;
    const texts = [...part, ...gone].map((change) => textOf(change, contents));
    for (const [index, change] of part.entries()) {
      if (now() >= until) return checked;
      const text = texts[index];
      const problem = text && (await problemOfText(text, texts));
      verdicts.set(spec, change, { problem, bytes: contents.sizes.get(change.newObject) ?? 0 });
      checked++;
    }
  }
  return checked;
}

/** Undefined: the time was up first. */
async function readInTime(
  changes: readonly RawChange[],
  readBlobs: ValidationMeans["readBlobs"],
  milliseconds: number,
): Promise<BlobContents | undefined> {
  if (milliseconds <= 0) return undefined;
  const signal = AbortSignal.timeout(milliseconds);
  try {
    return await readBlobs(
      changes.flatMap(({ oldObject, newObject }) => [oldObject, newObject]),
      signal,
    );
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

function textOf({ newObject, oldObject, path }: RawChange, { texts }: BlobContents): ChangedText {
  return { path, before: texts.get(oldObject), after: texts.get(newObject) };
}

/** Of what has been looked at; told of the largest file, since it is the one to begin with. */
function tooLarge(
  written: readonly RawChange[],
  verdictOf: (change: RawChange) => Verdict | undefined,
): readonly PathProblem[] {
  const sized = written.map((change) => ({ ...change, size: verdictOf(change)?.bytes ?? 0 }));
  const found = violations(sized, { mayWrite: () => true, allowEmpty: true });
  const quota = found.find((violation) => violation.reason === "too_large");
  if (quota?.reason !== "too_large") return [];
  const [largest] = sized.toSorted((one, other) => other.size - one.size);
  return problems(largest?.path ?? "", `too large: ${quota.says}`);
}

function problems(path: string, what: string | undefined): readonly PathProblem[] {
  return what === undefined ? [] : [{ path, what }];
}
