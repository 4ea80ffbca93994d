import type { Task } from "../types.ts";
import { compileScope, parsePathPattern } from "./pathPattern.ts";
import { folderOf } from "./repositoryIndex.ts";

/** Positions of the tasks that may write a path, in the order of the list. */
export type TaskWriters = (path: string) => readonly number[];

interface Claim {
  readonly task: number;
  /** Undefined: everything at and below the place the claim is kept at. */
  matches: ((path: string) => boolean) | undefined;
}

/** An index by the folders that entries begin with: a path is only compared with entries for its own folders. */
export function taskWriters(tasks: readonly Pick<Task, "files">[]): TaskWriters {
  const claims = new Map<string, Claim[]>();
  tasks.forEach(({ files }, task) => {
    for (const entry of files) {
      const pattern = parsePathPattern(entry);
      if (!pattern.ok) continue;
      const { text, literal } = pattern.value;
      const place = literal ? text : fixedFolder(text);
      const claim = { task, matches: literal ? undefined : compiledWhenAsked(entry) };
      claims.set(place, [...(claims.get(place) ?? []), claim]);
    }
  });
  return (path) => {
    const writers = new Set<number>();
    for (let place = path; ; place = folderOf(place)) {
      for (const { task, matches } of claims.get(place) ?? []) if (matches?.(path) ?? true) writers.add(task);
      if (place === "") return [...writers].sort((a, b) => a - b);
    }
  };
}

/** The folder that everything a glob matches lies in: `src/a` for `src/a/*.ts`; the root is the empty text. */
export function fixedFolder(glob: string): string {
  const segments = glob.split("/");
  const wild = segments.findIndex((segment) => /[*?[\]{}]/u.test(segment));
  return (wild < 0 ? segments : segments.slice(0, wild)).join("/");
}

function compiledWhenAsked(entry: string): (path: string) => boolean {
  let compiled: ((path: string) => boolean) | undefined;
  return (path) => {
    compiled ??= compileScope([entry]);
    return compiled(path);
  };
}
