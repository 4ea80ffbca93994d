import { compareText } from "../core/compareText.ts";
import { counted } from "../core/counted.ts";
import type { ChangedText } from "../git/changedTexts.ts";
import { codeOnly } from "./codeOnly.ts";
import { isTestConfiguration, isTestFile } from "./testFiles.ts";
import { changedTestScripts } from "./testScripts.ts";
import { type TestSyntax, testSyntaxOf } from "./testSyntax.ts";

/** Something about a change to tests that a person has to agree to. */
export interface TestConcern {
  readonly path: string;
  readonly kind: "fewer_tests" | "skipped" | "focused" | "fewer_assertions" | "test_script" | "deleted";
  /** In one line, without the path. */
  readonly says: string;
}

/**
 * What a change takes away from the tests: whole files, single tests, assertions, or that they run. What moves to
 * another changed file is not taken away, nor is a test that is renamed or rewritten in its place. Comments and texts in
 * strings are no tests. `commands`: what decides about the work (`acceptance`, `verify`); the scripts they run count.
 */
export function testConcerns(changed: readonly ChangedText[], commands: readonly string[]): TestConcern[] {
  const files = changed.map(readFile);
  const balances = { tests: balance(files, "tests"), assertions: balance(files, "assertions") };
  return files
    .flatMap((file) => [
      ...lostFile(file, files, balances),
      ...concernsOf(file, balances),
      ...scriptConcern(file, commands),
    ])
    .toSorted((left, right) => compareText(left.path, right.path));
}

interface TestFacts {
  /** The text of each, where it begins. */
  readonly tests: readonly string[];
  readonly assertions: readonly string[];
  readonly skipped: number;
  readonly focused: number;
}

interface ReadFile extends ChangedText {
  readonly old: TestFacts;
  readonly new: TestFacts;
}

const NOTHING: TestFacts = { tests: [], assertions: [], skipped: 0, focused: 0 };

function readFile(changed: ChangedText): ReadFile {
  const syntax = testSyntaxOf(changed.path);
  const counts = syntax !== undefined && (syntax.inSource === true || isTestFile(changed.path));
  const read = (text: string | undefined) => (counts && text !== undefined ? factsOf(text, syntax) : NOTHING);
  return { ...changed, old: read(changed.before), new: read(changed.after) };
}

function factsOf(text: string, { lexicon, tests, skipped, focused, assertions, inSource }: TestSyntax): TestFacts {
  const code = codeOnly(text, lexicon);
  const found = linesOf(text, code, tests);
  // Code that is tested elsewhere asserts too.
  if (inSource === true && found.length === 0) return NOTHING;
  return {
    tests: found.map(nameOf),
    assertions: linesOf(text, code, assertions),
    skipped: countOf(code, skipped),
    focused: focused === undefined ? 0 : countOf(code, focused),
  };
}

function countOf(code: string, pattern: RegExp): number {
  return [...code.matchAll(pattern)].length;
}

/** Two tests that begin alike for this long are the same. */
const IDENTITY_CHARACTERS = 300;

/** What each match is known by when it moves. */
function linesOf(text: string, code: string, pattern: RegExp): string[] {
  return [...code.matchAll(pattern)].map(({ 0: match, index }) => identityOf(text, index, index + match.length));
}

/** The line something stands on; where that is only its beginning (`#[test]`, `@Test`, `expect(`), the next one too. */
function identityOf(text: string, start: number, end: number): string {
  const lineEnd = endOfLine(text, end);
  const line = text.slice(start, lineEnd).trim();
  return /[\])(]$|^@\w+$/u.test(line)
    ? `${line} ${text.slice(lineEnd + 1, endOfLine(text, lineEnd + 1)).trim()}`
    : line;
}

/** A test is known by its name, however it is declared: its title, or that of its function. */
function nameOf(identity: string): string {
  return (
    /(["'`])(.*?)\1/u.exec(identity)?.[2] ??
    /\b(?:def|func|function|fn|void|fun|Task)\s+(\w+)/u.exec(identity)?.[1] ??
    identity
  );
}

function endOfLine(text: string, from: number): number {
  const line = text.slice(from, from + IDENTITY_CHARACTERS);
  const end = line.indexOf("\n");
  return from + (end === -1 ? line.length : end);
}

type Part = "tests" | "assertions";

/** By what they are known by, how many more there are of each after the whole change than before; below zero: lost. */
function balance(files: readonly ReadFile[], part: Part): Map<string, number> {
  const counts = new Map<string, number>();
  const add = (name: string, by: number) => counts.set(name, (counts.get(name) ?? 0) + by);
  for (const file of files) {
    for (const name of file.new[part]) add(name, 1);
    for (const name of file.old[part]) add(name, -1);
  }
  return counts;
}

type Balances = Readonly<Record<Part, ReadonlyMap<string, number>>>;

/** How many of a file's tests or assertions are gone from the whole change. */
function lostFrom(file: ReadFile, part: Part, balances: Balances): number {
  const fewer = file.old[part].length - file.new[part].length;
  const gone = [...new Set(file.old[part])].map((name) => Math.max(0, -(balances[part].get(name) ?? 0)));
  return Math.max(
    0,
    Math.min(
      fewer,
      gone.reduce((sum, number) => sum + number, 0),
    ),
  );
}

function concernsOf(file: ReadFile, balances: Balances): TestConcern[] {
  const { path, after } = file;
  const tests = lostFrom(file, "tests", balances);
  const assertions = lostFrom(file, "assertions", balances);
  const concerns: TestConcern[] = [];
  if (after !== undefined && tests > 0) {
    concerns.push({ path, kind: "fewer_tests", says: `${counted(tests, "test")} fewer than before` });
  } else if (after !== undefined && assertions > 0) {
    concerns.push({ path, kind: "fewer_assertions", says: `${counted(assertions, "assertion")} fewer than before` });
  }
  const skipped = file.new.skipped - file.old.skipped;
  if (skipped > 0) concerns.push({ path, kind: "skipped", says: `skips tests in ${counted(skipped, "more place")}` });
  if (file.new.focused > file.old.focused) {
    concerns.push({ path, kind: "focused", says: "runs only some of the tests" });
  }
  return concerns;
}

/** A file of tests that is gone, unless what it held is in other changed files now. */
function lostFile(file: ReadFile, files: readonly ReadFile[], balances: Balances): TestConcern[] {
  const { path, before, after, old } = file;
  if (before === undefined || after !== undefined || !isTestFile(path)) return [];
  const isMoved =
    files.some((other) => other.after === before) || (old.tests.length > 0 && lostFrom(file, "tests", balances) === 0);
  if (isMoved) return [];
  return [
    {
      path,
      kind: "deleted",
      says: old.tests.length === 0 ? "deleted" : `deleted, with ${counted(old.tests.length, "test")}`,
    },
  ];
}

function scriptConcern({ path, before, after }: ChangedText, commands: readonly string[]): TestConcern[] {
  const edited = changedTestScripts({ path, before, after }, commands);
  const isConfiguration = before !== undefined && before !== after && isTestConfiguration(path);
  const says =
    edited ?? (isConfiguration ? `${after === undefined ? "removes" : "changes"} how tests are run` : undefined);
  return says === undefined ? [] : [{ path, kind: "test_script", says }];
}
