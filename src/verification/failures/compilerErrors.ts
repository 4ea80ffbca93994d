import { blockAfter, collect, type FailureReader, type FoundFailure, sentence, shownPlace } from "./foundFailure.ts";

/** Compilers and linters that say it in one line, and those that name the file on another. */
export const compilerErrors: FailureReader = (lines, directory) => {
  let listed: string | undefined;
  return collect(lines, (line, at) => {
    const alone = /^(\S[^:(]*\.\w{1,8})$/u.exec(line.trimEnd())?.[1];
    if (alone !== undefined || line.trim() === "") listed = alone;
    const found =
      inOneLine(line, at) ??
      inList(line, at, listed) ??
      rustError(lines, at) ??
      rustPanic(lines, at) ??
      biomeError(lines, at);
    if (found?.file === undefined || found.line === undefined) return undefined;
    return { ...found, ...shownPlace({ file: found.file, line: found.line }, directory) };
  });
};

/** `a.ts(1,7): error TS2322: …`, `a.ts:1:7 - error …`, `a.c:1:21: error: …`, `b.go:2:23: …`, `a.sh:3: …`. */
function inOneLine(line: string, at: number): FoundFailure | undefined {
  const typescript = /^([^\s:()][^:()]*)(?:\((\d{1,9}),\d{1,9}\):|:(\d{1,9}):\d{1,9} -) error (.+)$/u.exec(line);
  if (typescript !== null) {
    const [, file, inBrackets, afterColon, says = ""] = typescript;
    return { at, says: sentence([says]), file, line: Number(inBrackets ?? afterColon) };
  }
  const general =
    /^(?:vet: )?([^\s:'"(),=]+\.[A-Za-z]\w{0,7}):(\d{1,9})(:\d{1,9})?: ?(?:(?:fatal |syntax )?error(?:\[\w+\])?: )?(\S.*)$/u;
  const [, file, number, column, says = ""] = general.exec(line) ?? [];
  if (file === undefined || /^(?:warning|note|info|help|hint|in |.*━{3}|[A-Za-z]+(?:Error|Exception)$)/iu.test(says))
    return undefined;
  const isPlain = column === undefined && !/\berror\b/iu.test(line);
  return { at, says: sentence([says]), file, line: Number(number), vague: isPlain };
}

/** eslint: the file, and under it `  1:7   error    'a' is never used  no-unused-vars`. */
function inList(line: string, at: number, file: string | undefined): FoundFailure | undefined {
  const [, number, says] = /^\s+(\d{1,9}):\d{1,9}\s+error\s+(\S.*)$/u.exec(line) ?? [];
  return says === undefined || file === undefined
    ? undefined
    : { at, says: sentence([says]), file, line: Number(number) };
}

/** rustc: `error[E0308]: mismatched types`, and under it `  --> src/a.rs:1:17`. */
function rustError(lines: readonly string[], at: number): FoundFailure | undefined {
  const says = /^error(?:\[E\d+\])?: (\S.*)$/u.exec(lines[at] ?? "")?.[1];
  const [, file, number] = says === undefined ? [] : (/^\s*--> (\S+):(\d{1,9}):\d+$/u.exec(lines[at + 1] ?? "") ?? []);
  return says === undefined || file === undefined
    ? undefined
    : { at, says: sentence([says]), file, line: Number(number) };
}

/** `thread 'name' panicked at src/a.rs:1:17:` and the message under it; before Rust 1.73 the message first. */
function rustPanic(lines: readonly string[], at: number): FoundFailure | undefined {
  const [, test, rest = ""] = /^thread '(.+?)' (?:\(\d+\) )?panicked at (.+)$/u.exec(lines[at] ?? "") ?? [];
  if (test === undefined) return undefined;
  const [, older, file, number] = /^(?:'(.*)', )?(\S+\.rs):(\d{1,9}):\d{1,9}:?$/u.exec(rest) ?? [];
  if (file === undefined) return undefined;
  const message = blockAfter(
    lines,
    at,
    (next) => next.trim() === "" || next.startsWith("note: ") || next.startsWith("thread '"),
  );
  return {
    at,
    says: sentence(older === undefined ? message : [older]),
    test: test === "main" ? undefined : test,
    file,
    line: Number(number),
  };
}

/** biome: `a.ts:1:7 lint/… ━━━`, and under it `  × what is wrong`. */
function biomeError(lines: readonly string[], at: number): FoundFailure | undefined {
  const [, file, number] = /^(\S+?):(\d{1,9}):\d{1,9} [a-z].* ━{3,}$/u.exec(lines[at] ?? "") ?? [];
  const says =
    file === undefined
      ? undefined
      : /^\s*× (.+)$/u.exec(lines.slice(at + 1, at + 4).find((next) => next.trim() !== "") ?? "")?.[1];
  return says === undefined ? undefined : { at, says: sentence([says]), file, line: Number(number) };
}
