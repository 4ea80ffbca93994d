import {
  BLOCK_LINES,
  blockAfter,
  collect,
  type FailureReader,
  isFrame,
  ownFrame,
  sentence,
  shownFile,
  upTo,
} from "./foundFailure.ts";

/** node:test for people: `✖ name (2.1ms)`, what was thrown under it; at the end again, after `test at file:4:1`. */
export const nodeFailures: FailureReader = (lines, directory) =>
  collect(lines, (line, at) => {
    const [, indent = "", test] = /^(\s*)✖ (.+) \([\d.]{1,16}m?s\)/u.exec(line) ?? [];
    if (test === undefined) return undefined;
    const block = blockAfter(lines, at, (next) => next.trim() !== "" && !next.startsWith(`${indent} `));
    const says = sentence(upTo(block, isFrame));
    // A group that failed says nothing of its own.
    if (says === "" || /^'?\d+ subtests? failed'?$/u.test(says)) return undefined;
    const [, suite, suiteLine] = /^test at (.+):(\d{1,9}):\d+$/u.exec(lines[at - 1] ?? "") ?? [];
    const place = ownFrame(block, directory);
    const file = place?.file ?? (suite === undefined ? undefined : shownFile(suite, directory));
    return {
      at,
      says,
      test,
      file,
      line: place?.line ?? (suiteLine === undefined ? undefined : Number(suiteLine)),
      suite: suite === undefined ? undefined : shownFile(suite, directory),
    };
  });

/** TAP: `not ok 2 - name`, and a block of fields between `---` and `...`. */
export const tapFailures: FailureReader = (lines, directory) =>
  collect(lines, (line, at) => {
    const [, test] = /^\s*not ok \d{1,9}(?: -)? (.+)$/u.exec(line) ?? [];
    if (test === undefined || /# (?:TODO|SKIP)\b/iu.test(test)) return undefined;
    const fields = lines[at + 1]?.trim() === "---" ? fieldsAfter(lines, at + 1) : new Map<string, string[]>();
    const failureType = sentence(fields.get("failureType") ?? []);
    if (failureType === "subtestsFailed") return undefined;
    const says = sentence(fields.get("error") ?? fields.get("message") ?? []);
    const frames = [...(fields.get("stack") ?? []), ...(fields.get("at") ?? [])].map((frame) => `at ${frame.trim()}`);
    const [, suite, suiteLine] = /^(.+):(\d{1,9}):\d+$/u.exec(sentence(fields.get("location") ?? [])) ?? [];
    const shownSuite = suite === undefined ? undefined : shownFile(suite, directory);
    const place = ownFrame(frames, directory);
    return {
      at,
      says: says === "" ? "failed" : says,
      test: shownFile(test, directory),
      file: place?.file ?? shownSuite,
      line: place?.line ?? (suiteLine === undefined ? undefined : Number(suiteLine)),
      suite: shownSuite,
      // A file whose process failed: why stands in front of it.
      vague: says === "" || says === "test failed",
    };
  });

/** `key: value` and `key: |-` with deeper lines; enough of YAML for what TAP writers write. */
function fieldsAfter(lines: readonly string[], start: number): Map<string, string[]> {
  const indent = /^\s*/u.exec(lines[start + 1] ?? "")?.[0] ?? "";
  const fields = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of lines.slice(start + 1, start + 1 + BLOCK_LINES)) {
    if (line.trim() === "...") break;
    const [, key, value = ""] = line.startsWith(indent)
      ? (/^([\w-]+): ?(.*)$/u.exec(line.slice(indent.length)) ?? [])
      : [];
    if (key === undefined) {
      current.push(line);
      continue;
    }
    current = /^[|>][+-]?$/u.test(value) ? [] : [value.replace(/^(['"])(.*)\1$/u, "$2")];
    fields.set(key, current);
  }
  return fields;
}
