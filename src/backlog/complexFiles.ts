import { compareText } from "../core/compareText.ts";
import type { Task } from "../types.ts";
import { compileScope, parsePathPattern } from "./pathPattern.ts";
import type { FileFacts, RepositoryFacts } from "./repositoryFacts.ts";
import { fixedFolder } from "./taskWriters.ts";

/*
 * H10: a task has at most three complex files, so that an agent can hold what it changes in mind
 * (docs/decisions/0026-what-makes-a-file-complex.md). 16 KB are about 4,000 tokens, or 400 lines: more than is read in
 * one piece. From 8 KB on a file is complex too if others rely on more than ten things in it.
 */
const COMPLEX_BYTES = 16 * 1024;
const COMPLEX_BYTES_WITH_MANY_NAMES = 8 * 1024;
const MANY_NAMES = 10;
export const MAX_COMPLEX_FILES = 3;

/** Written by package managers, however large. */
const LOCK_FILE =
  /(?:^|\/)(?:[^/]*[-.]lock(?:\.[a-z]+)?|package-lock\.json|npm-shrinkwrap\.json|bun\.lockb|go\.sum|uv\.lock)$/iu;
/** Not read as text. */
const BINARY_FILE =
  /\.(?:png|jpe?g|gif|webp|avif|ico|bmp|tiff?|pdf|zip|gz|tgz|bz2|xz|zst|7z|jar|war|class|so|dylib|dll|exe|bin|wasm|woff2?|ttf|otf|eot|mp[34]|m4a|wav|ogg|webm|mov|avi|sqlite3?|db|parquet|onnx|pyc|o|a|lib)$/iu;

/** The complex files that an entry of `files` reaches, in the order of their paths. */
export type ComplexFilesOf = (entry: string) => readonly string[];

const known = new WeakMap<RepositoryFacts, ComplexFilesOf>();

/** The answers are kept with the facts: a file and a glob are looked up once, however many tasks name them. */
export function complexFilesIn(facts: RepositoryFacts): ComplexFilesOf {
  const before = known.get(facts);
  if (before) return before;
  const complexFilesOf = complexFileFinder(facts);
  known.set(facts, complexFilesOf);
  return complexFilesOf;
}

/** Which entries of a task's `files` reach a complex file, each once; a folder and a glob count as one. */
export function complexEntries({ files }: Pick<Task, "files">, facts: RepositoryFacts): readonly string[] {
  if (files.length <= MAX_COMPLEX_FILES) return [];
  const complexFilesOf = complexFilesIn(facts);
  const distinct = new Map(files.map((entry) => [textOf(entry), entry]));
  return [...distinct.values()].filter((entry) => complexFilesOf(entry).length > 0);
}

/** Such as `src/parser.ts (21 KB, 14 exported names)`. */
export function describeEntry(entry: string, facts: RepositoryFacts): string {
  const path = textOf(entry);
  const file = facts.files.get(path);
  if (file === undefined) return entry;
  const names = file.exportedNames.length === 0 ? "" : `, ${file.exportedNames.length} exported names`;
  return `${path} (${Math.round(file.bytes / 1024)} KB${names})`;
}

function complexFileFinder(facts: RepositoryFacts): ComplexFilesOf {
  const complex = [...facts.files]
    .flatMap(([path, file]) => (isComplexFile(path, file) ? [path] : []))
    .sort(compareText);
  const isComplex = new Set(complex);
  const answers = new Map<string, readonly string[]>();
  return (entry) => {
    const path = textOf(entry);
    if (facts.files.has(path)) return isComplex.has(path) ? [path] : [];
    const answer = answers.get(entry) ?? matching(entry, candidates(path, complex));
    answers.set(entry, answer);
    return answer;
  };
}

/**
 * Of the paths those that lie in the entry's folder and hold what it spells out: most entries are left with none, so
 * that their patterns, which take long to compile and to try, are not needed.
 */
function candidates(entry: string, paths: readonly string[]): readonly string[] {
  const folder = fixedFolder(entry);
  const inFolder = folder === "" ? paths : paths.filter((path) => path.startsWith(`${folder}/`));
  if (/[[{]/u.test(entry)) return inFolder;
  const parts = entry.slice(folder.length).split(/[*?/]+/u);
  return inFolder.filter((path) => parts.every((part) => path.includes(part)));
}

function matching(entry: string, paths: readonly string[]): readonly string[] {
  return paths.length === 0 ? [] : paths.filter(compileScope([entry]));
}

export function textOf(entry: string): string {
  const pattern = parsePathPattern(entry);
  return pattern.ok ? pattern.value.text : entry;
}

export function isComplexFile(path: string, file: FileFacts): boolean {
  if (file.isGenerated || LOCK_FILE.test(path) || BINARY_FILE.test(path)) return false;
  if (file.bytes > COMPLEX_BYTES) return true;
  return file.bytes > COMPLEX_BYTES_WITH_MANY_NAMES && file.exportedNames.length > MANY_NAMES;
}
