import type { Complexity, Task } from "../../types.ts";

/** How long a task of a class took, from its start to its end, in milliseconds. */
export interface EffortSample {
  readonly complexity: Complexity;
  readonly ms: number;
}

const CLASSES: readonly Complexity[] = ["documentation", "simple", "complex"];
/** Before anything is measured. What counts is how they compare with one another. */
const ASSUMED_MS: Readonly<Record<Complexity, number>> = {
  documentation: 90_000,
  simple: 180_000,
  complex: 480_000,
};
/** Fewer say more about the tasks than about the class. */
const MIN_SAMPLES = 3;
/** Each entry of `files` after the first adds this part, up to so many. */
const PER_FILE = 0.1;
const MAX_MORE_FILES = 5;
/** Below it, what is not the agent's (setup, checks, the machine's mood) decides. */
const MIN_MS = 30_000;

/** In milliseconds, for a task of one file. */
export type ClassEfforts = Readonly<Record<Complexity, number>>;

/**
 * What a task of each class takes: the median of what was measured of it; a class that was not measured differs from
 * what is assumed of it as the measured ones do. Assumptions, until there are three samples of a class.
 */
export function classEfforts(samples: readonly EffortSample[] = []): ClassEfforts {
  const medians = new Map<Complexity, number>();
  for (const complexity of CLASSES) {
    const measured = samples.filter((sample) => sample.complexity === complexity && sample.ms > 0).map(({ ms }) => ms);
    if (measured.length >= MIN_SAMPLES) medians.set(complexity, medianOf(measured));
  }
  const ratios = [...medians].map(([complexity, median]) => median / ASSUMED_MS[complexity]);
  const ratio = ratios.length === 0 ? 1 : medianOf(ratios);
  const effort = (complexity: Complexity) => medians.get(complexity) ?? ASSUMED_MS[complexity] * ratio;
  return { documentation: effort("documentation"), simple: effort("simple"), complex: effort("complex") };
}

/** O4. How long work on a task is expected to take, in milliseconds: by its class and the number of its files. */
export function estimateEffort({ files }: Pick<Task, "files">, complexity: Complexity, efforts: ClassEfforts): number {
  const moreFiles = Math.min(Math.max(files.length - 1, 0), MAX_MORE_FILES);
  return Math.max(MIN_MS, efforts[complexity] * (1 + PER_FILE * moreFiles));
}

function medianOf(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[(sorted.length >> 1) - 1] ?? upper)) / 2;
}
