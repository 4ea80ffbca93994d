import type { Task } from "../types.ts";
import { compileScope, parsePathPattern } from "./pathPattern.ts";
import type { FileFacts, RepositoryFacts } from "./repositoryFacts.ts";

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

/** Says which entries of a task's `files` reach a complex file; a folder and a glob count as one. */
export type ComplexEntries = (task: Pick<Task, "files">) => readonly string[];

const known = new WeakMap<RepositoryFacts, ComplexEntries>();

/** The answers are kept with the facts: a file and a glob are looked up once, however many tasks name them. */
export function complexEntriesIn(facts: RepositoryFacts): ComplexEntries {
  const before = known.get(facts);
  if (before) return before;
  const complex = [...facts.files].flatMap(([path, file]) => (isComplexFile(path, file) ? [path] : []));
  const reaches = reachesAny(new Set(complex), facts);
  const complexEntries: ComplexEntries = ({ files }) => {
    if (files.length <= MAX_COMPLEX_FILES) return [];
    const distinct = new Map(files.map((entry) => [textOf(entry), entry]));
    return [...distinct.values()].filter(reaches);
  };
  known.set(facts, complexEntries);
  return complexEntries;
}

/** Such as `src/parser.ts (21 KB, 14 exported names)`. */
export function describeEntry(entry: string, facts: RepositoryFacts): string {
  const path = textOf(entry);
  const file = facts.files.get(path);
  if (file === undefined) return entry;
  const names = file.exportedNames.length === 0 ? "" : `, ${file.exportedNames.length} exported names`;
  return `${path} (${Math.round(file.bytes / 1024)} KB${names})`;
}

function reachesAny(complex: ReadonlySet<string>, facts: RepositoryFacts): (entry: string) => boolean {
  const answers = new Map<string, boolean>();
  return (entry) => {
    const path = textOf(entry);
    if (facts.files.has(path)) return complex.has(path);
    const answer = answers.get(entry) ?? (complex.size > 0 && [...complex].some(compileScope([entry])));
    answers.set(entry, answer);
    return answer;
  };
}

function textOf(entry: string): string {
  const pattern = parsePathPattern(entry);
  return pattern.ok ? pattern.value.text : entry;
}

export function isComplexFile(path: string, file: FileFacts): boolean {
  if (file.isGenerated || LOCK_FILE.test(path) || BINARY_FILE.test(path)) return false;
  if (file.bytes > COMPLEX_BYTES) return true;
  return file.bytes > COMPLEX_BYTES_WITH_MANY_NAMES && file.exportedNames.length > MANY_NAMES;
}
