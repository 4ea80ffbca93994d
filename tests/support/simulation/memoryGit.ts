import { type Result, success } from "../../../src/core/result.ts";
import type { ChangedText } from "../../../src/git/changedTexts.ts";
import type { Change } from "../../../src/git/changes.ts";
import type { LoggedCommit } from "../../../src/git/commitLog.ts";
import type { ControlRepository, MergeOutcome } from "../../../src/git/controlRepository.ts";
import type { RefFailure } from "../../../src/git/refs.ts";
import type { SimulatedProcess } from "./simulatedProcess.ts";

/** Files by path. */
export type Tree = Readonly<Record<string, string>>;

interface MemoryCommit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
}

/** What is on disk of a repository: it outlives the processes that use it. A tree's id is the tree itself, as JSON. */
export class MemoryRepository {
  readonly commits = new Map<string, MemoryCommit>();
  readonly refs = new Map<string, string>();

  write(commit: MemoryCommit): string {
    const id = String(this.commits.size + 1).padStart(40, "0");
    this.commits.set(id, commit);
    return id;
  }

  treeOf(commitOrTree: string): string {
    return this.commits.get(commitOrTree)?.tree ?? commitOrTree;
  }

  filesOf(commitOrTree: string): Tree {
    return JSON.parse(this.treeOf(commitOrTree)) as Tree;
  }

  /** Everything that leads back from these commits, themselves included. */
  ancestorsOf(...from: readonly string[]): ReadonlySet<string> {
    const found = new Set<string>();
    const open = [...from];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (found.has(id)) continue;
      found.add(id);
      open.push(...(this.commits.get(id)?.parents ?? []));
    }
    return found;
  }

  get reachable(): ReadonlySet<string> {
    return this.ancestorsOf(...this.refs.values());
  }

  /** Newest first, down to a commit without parent. */
  firstParents(from: string): readonly string[] {
    const way: string[] = [];
    for (let id: string | undefined = from; id !== undefined; id = this.commits.get(id)?.parents[0]) way.push(id);
    return way;
  }
}

export function treeId(files: Tree): string {
  return JSON.stringify(Object.fromEntries(Object.entries(files).sort(([one], [other]) => (one < other ? -1 : 1))));
}

/** What a process does with the repository, each writing step of it one that it can die at. */
export function memoryControl(
  disk: MemoryRepository,
  life: SimulatedProcess,
  worktrees: ReadonlyMap<string, Tree>,
): ControlRepository {
  const logged = (id: string): LoggedCommit => {
    const { message = "", parents = [] } = disk.commits.get(id) ?? {};
    return { id, parents, subject: message.split("\n")[0] ?? "", trailers: trailersOf(message) };
  };
  const control = {
    directory: "/control.git",
    async snapshot(directory: string) {
      await life.step();
      return treeId(worktrees.get(directory) ?? {});
    },
    async commit({ message, parents, tree }: MemoryCommit) {
      await life.step();
      return disk.write({ tree, parents: [...parents], message });
    },
    async pin(ref: string, commit: string) {
      await life.step();
      disk.refs.set(ref, commit);
      await life.step();
    },
    async updateRef(name: string, next: string, expected: string | undefined): Promise<Result<void, RefFailure>> {
      await life.step();
      const actual = disk.refs.get(name);
      if (actual !== expected) return { ok: false, failure: { reason: "moved", actual } };
      disk.refs.set(name, next);
      await life.step();
      return success(undefined);
    },
    readRef: async (name: string) => disk.refs.get(name),
    treeOf: async (commit: string) => disk.treeOf(commit),
    changes: async (from: string, to: string) => changesBetween(disk.filesOf(from), disk.filesOf(to)),
    changedTexts: async (): Promise<readonly ChangedText[]> => [],
    changedPaths: async (from: string, to: string) =>
      changesBetween(disk.filesOf(from), disk.filesOf(to)).map(({ path }) => path),
    isAncestor: async (ancestor: string, descendant: string) => disk.ancestorsOf(descendant).has(ancestor),
    whyUnreadable: async (commit: string) => (disk.commits.has(commit) ? undefined : "it is not there"),
    commits: async ({ from, to, limit = Number.POSITIVE_INFINITY }: { from?: string; to: string; limit?: number }) => {
      const left = from === undefined ? new Set<string>() : disk.ancestorsOf(from);
      const way = disk.firstParents(to).filter((id) => !left.has(id));
      return way.slice(0, limit).map(logged);
    },
    mergeSince: async (base: string, ours: string, theirs: string) =>
      mergeOf(disk.filesOf(base), disk.filesOf(ours), disk.filesOf(theirs)),
    mergeTrees: async (ours: string, theirs: string) => {
      const shared = disk.ancestorsOf(ours);
      const base = [...disk.ancestorsOf(theirs)].sort().findLast((id) => shared.has(id)) ?? "";
      return mergeOf(disk.filesOf(base), disk.filesOf(ours), disk.filesOf(theirs));
    },
  };
  return control as unknown as ControlRepository;
}

function changesBetween(from: Tree, to: Tree): readonly Change[] {
  const paths = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
  return paths.flatMap((path): Change[] => {
    const [before, after] = [from[path], to[path]];
    if (before === after) return [];
    const modes = {
      oldMode: before === undefined ? "000000" : "100644",
      newMode: after === undefined ? "000000" : "100644",
    };
    const kind = before === undefined ? "added" : after === undefined ? "deleted" : "modified";
    return [{ path, kind, ...modes, size: after?.length ?? 0 }];
  });
}

function mergeOf(base: Tree, ours: Tree, theirs: Tree): MergeOutcome {
  const merged: Record<string, string> = {};
  const conflicts: string[] = [];
  for (const path of new Set([...Object.keys(base), ...Object.keys(ours), ...Object.keys(theirs)])) {
    const [was, one, other] = [base[path], ours[path], theirs[path]];
    const agreed = one === other || was === other ? one : was === one ? other : undefined;
    if (agreed !== undefined) merged[path] = agreed;
    else if (one !== other && was !== one && was !== other) conflicts.push(path);
  }
  return conflicts.length > 0 ? { kind: "conflict", paths: conflicts } : { kind: "clean", tree: treeId(merged) };
}

function trailersOf(message: string): ReadonlyMap<string, readonly string[]> {
  const trailers = new Map<string, string[]>();
  for (const [, name = "", value = ""] of message.matchAll(/^(Mac-\w+): (.*)$/gm)) {
    trailers.set(name, [...(trailers.get(name) ?? []), value]);
  }
  return trailers;
}
