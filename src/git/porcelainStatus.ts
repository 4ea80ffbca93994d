import { splitNul } from "./gitProcess.ts";

/** A path that differs from HEAD, in the index, the work tree or both. */
export interface StatusEntry {
  readonly path: string;
  readonly kind: "tracked" | "unmerged" | "untracked";
  /** What HEAD and the index hold, as git prints it: equal strings mean the same staged state. */
  readonly staged: string;
}

/** Without rename detection, and without looking into submodules, which would start git there. */
export const STATUS_ARGUMENTS = ["status", "--porcelain=v2", "-z", "--no-renames", "--ignore-submodules=all"] as const;

/** Fields before the path in each kind of record (git-status(1), "Porcelain Format Version 2"). */
const FIELDS_BEFORE_PATH: Readonly<Record<string, number>> = { "1": 8, u: 10, "?": 1 };

export function parseStatus(output: string): StatusEntry[] {
  return splitNul(output).flatMap((record): StatusEntry[] => {
    const type = record.charAt(0);
    const count = FIELDS_BEFORE_PATH[type];
    if (count === undefined) return [];
    const fields = record.split(" ");
    const path = fields.slice(count).join(" ");
    if (type === "?") return [{ path, kind: "untracked", staged: "" }];
    if (type === "u") return [{ path, kind: "unmerged", staged: fields.slice(0, count).join(" ") }];
    // 1 XY sub mH mI mW hH hI path: everything but the work tree's own part, Y and mW.
    const [, xy = "", , modeHead, modeIndex, , objectHead, objectIndex] = fields;
    return [{ path, kind: "tracked", staged: [xy[0], modeHead, modeIndex, objectHead, objectIndex].join(" ") }];
  });
}
