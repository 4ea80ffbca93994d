import {
  BLOCK_LINES,
  blockAfter,
  collect,
  type FailureReader,
  type FoundFailure,
  isOwn,
  sentence,
  shownFile,
  shownPlace,
} from "./foundFailure.ts";

/** go test: `    file_test.go:4: why` before (`-v`) or after `--- FAIL: TestName`; and panics. */
export const goFailures: FailureReader = (lines, directory) => {
  const failed = new Map<string, number>();
  const said: FoundFailure[] = [];
  let test: string | undefined;
  lines.forEach((line, at) => {
    const started = /^=== (?:RUN|CONT|NAME) +(\S+)/u.exec(line)?.[1];
    const [, verdict, ended] = /^\s*--- (PASS|FAIL|SKIP): (\S+)/u.exec(line) ?? [];
    if (verdict === "FAIL" && ended !== undefined) failed.set(ended, at);
    test = started ?? ended ?? test;
    if (/^(?:ok|FAIL)\b/u.test(line)) test = undefined;
    const [, indent = "", file, number, says = ""] = /^(\s+)([^\s:]+\.go):(\d{1,9}): ?(.*)$/u.exec(line) ?? [];
    if (test === undefined || file === undefined) return;
    const more = blockAfter(lines, at, (next) => !next.startsWith(`${indent} `) && !next.startsWith(`${indent}\t`));
    said.push({
      at,
      says: sentence([says, ...more.slice(0, 8)]),
      test,
      file: shownFile(file, directory),
      line: Number(number),
    });
  });
  const told = said.filter((failure) => failure.test !== undefined && failed.has(failure.test));
  return [...told, ...panics(lines, directory), ...untold(failed, told)];
};

/** A test that failed without a word, and is not only the parent of one that did not. */
function untold(failed: ReadonlyMap<string, number>, told: readonly FoundFailure[]): FoundFailure[] {
  const explained = new Set(told.map(({ test }) => test));
  for (const test of failed.keys()) if (test.includes("/")) explained.add(test.slice(0, test.lastIndexOf("/")));
  return [...failed].flatMap(([test, at]) => (explained.has(test) ? [] : [{ at, says: "failed", test, vague: true }]));
}

function panics(lines: readonly string[], directory: string): FoundFailure[] {
  return collect(lines, (line, at) => {
    if (!line.startsWith("panic: ")) return undefined;
    const stack = lines.slice(at + 1, at + 1 + BLOCK_LINES).flatMap((next) => {
      const [, file = "", number] = /^\t(\/.+\.go):(\d{1,9})(?: \+0x[0-9a-f]+)?$/u.exec(next) ?? [];
      return number !== undefined && isOwn(file, directory)
        ? [shownPlace({ file, line: Number(number) }, directory)]
        : [];
    });
    const test = lines
      .slice(Math.max(0, at - BLOCK_LINES), at)
      .flatMap((before) => /^\s*--- FAIL: (\S+)/u.exec(before)?.[1] ?? [])
      .at(-1);
    return { at, says: sentence([line]), test, ...stack[0] };
  });
}
