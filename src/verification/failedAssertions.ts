import type { FailedAssertion } from "../types.ts";
import { bunFailures } from "./failures/bunFailures.ts";
import { compilerErrors } from "./failures/compilerErrors.ts";
import type { FailureReader, FoundFailure } from "./failures/foundFailure.ts";
import { goFailures } from "./failures/goFailures.ts";
import { jestFailures, vitestFailures } from "./failures/jestFailures.ts";
import { nodeFailures, tapFailures } from "./failures/nodeFailures.ts";
import { pytestFailures, tracebacks } from "./failures/pythonFailures.ts";
import { stackTraces } from "./failures/stackTraces.ts";

const READERS: readonly FailureReader[] = [
  nodeFailures,
  tapFailures,
  bunFailures,
  jestFailures,
  vitestFailures,
  pytestFailures,
  tracebacks,
  goFailures,
  compilerErrors,
];

/** As many as somebody reads; the rest mostly follows from them. */
const FIRST = 5;

/**
 * The first failures that a command printed, in the order it printed them: those of node:test, TAP, bun, jest, vitest,
 * pytest, unittest, `go test` and Rust, and the errors of compilers and linters. Paths are relative to `directory` where
 * they lie in it. Never throws; nothing where nothing is understood.
 */
export function failedAssertions(failures: readonly FoundFailure[]): FailedAssertion[] {
  return failures.slice(0, FIRST).map(({ says, test, file, line }) => ({
    says,
    ...(test === undefined ? {} : { test }),
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
  }));
}

/** All failures in these lines of output, each once. */
export function findFailures(lines: readonly string[], directory: string): FoundFailure[] {
  const found = READERS.flatMap((read) => read(lines, directory));
  const told = found.some(({ vague }) => vague !== true) ? found : [...found, ...stackTraces(lines, directory)];
  const clear = told.filter(({ vague }) => vague !== true);
  return withoutRepetition((clear.length > 0 ? clear : told).toSorted((left, right) => left.at - right.at));
}

/** Runners tell a failure where it happens and again at their end; two readers may both know its place. */
function withoutRepetition(failures: readonly FoundFailure[]): FoundFailure[] {
  const kept = new Map<string, FoundFailure>();
  const placesOfTests = new Set(failures.flatMap((failure) => (failure.test === undefined ? [] : [placeOf(failure)])));
  for (const failure of failures) {
    if (failure.test === undefined && failure.file !== undefined && placesOfTests.has(placeOf(failure))) continue;
    const name = [failure.test ?? failure.says, placeOf(failure)].join("\0");
    const known = kept.get(name);
    kept.set(name, known === undefined ? failure : { ...known, suite: known.suite ?? failure.suite });
  }
  return [...kept.values()];
}

function placeOf({ file, line }: FoundFailure): string {
  return `${file ?? ""}:${line ?? ""}`;
}
