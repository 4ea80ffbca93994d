import {
  blockAfter,
  collect,
  type FailureReader,
  type FoundFailure,
  isOwn,
  sentence,
  shownFile,
  shownPlace,
} from "./foundFailure.ts";

/** pytest: a section a failure, `E` before what is wrong, `file:6: AssertionError` where; `--tb=line`; the summary. */
export const pytestFailures: FailureReader = (lines, directory) => {
  const found: FoundFailure[] = [];
  const summed: FoundFailure[] = [];
  let inFailures = false;
  lines.forEach((line, at) => {
    const rule = /^={3,} (.+?) ={3,}$/u.exec(line)?.[1];
    if (rule !== undefined) inFailures = rule === "FAILURES" || rule === "ERRORS";
    if (!inFailures) {
      const [, path, test, says] = /^(?:FAILED|ERROR) (\S+?\.py)(?:::(\S+))?(?: - (.*))?$/u.exec(line) ?? [];
      const file = path === undefined ? undefined : shownFile(path, directory);
      if (file !== undefined)
        summed.push({ at, says: says ?? "failed", test: test?.replaceAll("::", "."), file, suite: file });
      return;
    }
    const title = /^_{3,} (.+?) _{3,}$/u.exec(line)?.[1];
    if (title !== undefined) found.push(sectionAt(lines, at, title, directory));
    const place = oneLine(line, at, directory);
    if (place !== undefined) found.push(place);
  });
  const suites = new Map(summed.map(({ test, suite }) => [test, suite]));
  return found.length === 0
    ? summed
    : found.map((failure) => ({ ...failure, suite: failure.suite ?? suites.get(failure.test) }));
};

function sectionAt(lines: readonly string[], at: number, title: string, directory: string): FoundFailure {
  const block = blockAfter(lines, at, (next) => /^(?:_{3,} \S.* _{3,}|={3,} .*={3,})$/u.test(next));
  const said = block.filter((line) => /^E {2,}/u.test(line)).map((line) => line.slice(1));
  const places = block.flatMap((line) => {
    const [, file = "", number] = /^(\S[^:]*\.py):(\d{1,9}): /u.exec(`${line} `) ?? [];
    return number !== undefined && isOwn(file, directory)
      ? [shownPlace({ file, line: Number(number) }, directory)]
      : [];
  });
  const isTest = !title.startsWith("ERROR collecting ");
  const place = places.at(-1);
  const says = sentence(said.slice(0, 3));
  return {
    at,
    says: says === "" ? "failed" : says,
    test: isTest ? title : undefined,
    file: place?.file,
    line: place?.line,
    suite: places[0]?.file,
  };
}

/** `/path/test_a.py:6: AssertionError: why`, all that `--tb=line` says. */
function oneLine(line: string, at: number, directory: string): FoundFailure | undefined {
  const [, file = "", number, says = ""] = /^(\/[^:]*\.py):(\d{1,9}): (\S.*)$/u.exec(line) ?? [];
  if (number === undefined || says.startsWith("in ") || !isOwn(file, directory)) return undefined;
  return { at, says: sentence([says]), ...shownPlace({ file, line: Number(number) }, directory) };
}

const TRACEBACK = "Traceback (most recent call last):";

/** What Python itself prints of an exception, and unittest of a failed test above it. */
export const tracebacks: FailureReader = (lines, directory) =>
  collect(lines, (line, at) => {
    if (line.trim() !== TRACEBACK) return undefined;
    const block = blockAfter(lines, at, (next) => next.trim() === "" || next.trim() === TRACEBACK);
    const places = block.flatMap((next) => {
      const [, file = "", number] = /^\s*File "([^"]+)", line (\d{1,9})/u.exec(next) ?? [];
      return number !== undefined && isOwn(file, directory)
        ? [shownPlace({ file, line: Number(number) }, directory)]
        : [];
    });
    const says = block.find((next) => /^[A-Za-z_][\w.]*(?::|$)/u.test(next));
    if (says === undefined) return undefined;
    const test = lines
      .slice(Math.max(0, at - 3), at)
      .flatMap((before) => /^(?:FAIL|ERROR): (.+)$/u.exec(before)?.[1] ?? [])
      .at(-1);
    return {
      at,
      says: sentence([says]),
      test,
      ...places.at(-1),
      suite: test === undefined ? undefined : places[0]?.file,
    };
  });
