import { lstat, realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { AMEND_SCOPE_TOOL } from "../../core/agentSupervisor.ts";
import { hasErrorCode } from "../../core/files.ts";
import { protectedPathReason } from "../../core/protectedPaths.ts";
import { shortList } from "../../verification/evidence.ts";
import type { TaskScope } from "./taskScope.ts";

/** Whether an agent may write a path; `path` is relative to the work tree, or as it was given where it leads out. */
export type FenceVerdict =
  | { readonly kind: "open"; readonly path: string }
  | { readonly kind: "closed"; readonly path: string; readonly because: string };

/**
 * Says no to a write before it happens: outside the work tree, to what no task may write, or outside the task's scope.
 * What counts is where the path really leads, symbolic links resolved. Shell commands do not come by here: the sandbox
 * keeps those, and the difference is looked at in any case.
 */
export class WriteFence {
  private readonly worktree: string;
  private readonly scope: TaskScope;

  constructor(worktree: string, scope: TaskScope) {
    this.worktree = worktree;
    this.scope = scope;
  }

  async check(given: string): Promise<FenceVerdict> {
    const real = await realTarget(resolve(this.worktree, given));
    if (real === undefined) return closed(given, "goes through a symbolic link that leads nowhere");
    const inside = relative(await realpath(this.worktree), real);
    if (inside === "" || inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
      return closed(given, "is outside this work tree");
    }
    const path = inside.split(sep).join("/");
    const reason = protectedPathReason(path);
    if (reason !== undefined) return closed(path, reason);
    return this.scope.mayWrite(path) ? { kind: "open", path } : closed(path, "is not among the task's files");
  }

  /** What the agent is told instead of its tool's answer. */
  explain({ path, because }: Extract<FenceVerdict, { kind: "closed" }>): string {
    return `Refused: ${path} ${because}. You may write ${shortList(this.scope.entries)}. If the task cannot be done without another path, ask for it with ${AMEND_SCOPE_TOOL} (paths, reason) and go on when it is granted.`;
  }
}

function closed(path: string, because: string): FenceVerdict {
  return { kind: "closed", path, because };
}

/** Where a path leads, also when its end does not exist yet; undefined: through a link whose target is missing. */
async function realTarget(path: string): Promise<string | undefined> {
  const missing: string[] = [];
  for (let existing = path; ; existing = dirname(existing)) {
    try {
      return join(await realpath(existing), ...missing);
    } catch (error) {
      if (hasErrorCode(error, "ELOOP")) return undefined;
      if (!hasErrorCode(error, "ENOENT") && !hasErrorCode(error, "ENOTDIR")) throw error;
      if (await isLink(existing)) return undefined;
      missing.unshift(basename(existing));
    }
    if (existing === dirname(existing)) return path;
  }
}

async function isLink(path: string): Promise<boolean> {
  return lstat(path).then(
    (stats) => stats.isSymbolicLink(),
    () => false,
  );
}
