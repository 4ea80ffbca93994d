import type { TraceTask } from "../agentTrace.ts";
import { termsOf } from "./terms.ts";

/** How far a path lies from a task's files: 0 near, 1 in another corner of the repository. */
export class ScopeMap {
  private readonly task: TraceTask;
  private readonly homes: readonly string[];
  private readonly isAtRoot: boolean;
  private readonly corners: ReadonlySet<string>;
  private readonly terms: ReadonlySet<string>;
  private readonly known = new Map<string, number>();

  constructor(task: TraceTask) {
    this.task = task;
    const entries = [...task.files, ...task.reads];
    this.homes = [...new Set(entries.map(homeOf))];
    this.isAtRoot = this.homes.includes("");
    this.corners = new Set(this.homes.map(cornerOf).filter((corner) => corner !== ""));
    // What lies on the way to everything says nothing about the task.
    const ways = new Set(
      this.homes.flatMap((home) =>
        home
          .split("/")
          .slice(0, -1)
          .flatMap((name) => [...termsOf(name)]),
      ),
    );
    const terms = new Set([...entries, task.words].flatMap((text) => [...termsOf(text)]));
    this.terms = new Set([...terms].filter((term) => !ways.has(term)));
  }

  /**
   * 0: in the scope, in a folder of it or of what it reads, at the root, a dependency, or named in words of the task.
   * 0.5: elsewhere in a folder of the first level that the task has to do with, or when the task has to do with files at
   * the root. 1: anywhere else.
   */
  distance(path: string): number {
    const known = this.known.get(path);
    if (known !== undefined) return known;
    const distance = this.measure(path.replace(/^(?:\.\/)+/u, "").replace(/\/+$/u, ""));
    this.known.set(path, distance);
    return distance;
  }

  private measure(path: string): number {
    if (path === "" || path === "." || isNeutral(path)) return 0;
    if (path.startsWith("/") || path.startsWith("..")) return 1;
    const corner = cornerOf(path);
    if (corner === path && path.includes(".")) return 0;
    if (this.task.mayWrite(path)) return 0;
    if (this.homes.some((home) => isInside(path, home) || isInside(home, path))) return 0;
    if ([...termsOf(path)].some((term) => this.terms.has(term))) return 0;
    return this.isAtRoot || this.corners.has(corner) ? 0.5 : 1;
  }
}

/** The folder of an entry: what stands before its last name, or before its first wildcard. */
function homeOf(entry: string): string {
  const plain = entry.replace(/[*?[{].*$/u, "");
  return plain.includes("/") ? plain.slice(0, plain.lastIndexOf("/")) : "";
}

const cornerOf = (path: string) => (path.includes("/") ? path.slice(0, path.indexOf("/")) : path);

const isInside = (path: string, folder: string) => folder !== "" && (path === folder || path.startsWith(`${folder}/`));

function isNeutral(path: string): boolean {
  return /^\/(?:tmp|var\/tmp|dev|usr|proc)\/|(?:^|\/)(?:node_modules|vendor|site-packages|\.venv)(?:\/|$)/u.test(path);
}
