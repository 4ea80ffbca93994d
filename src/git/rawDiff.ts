import { splitNul } from "./gitProcess.ts";

/** The mode git gives a path that is not there. */
export const ABSENT_MODE = "000000";
export const GITLINK_MODE = "160000";
export const LINK_MODE = "120000";
const TYPE_BITS = 0o170000;

export type ChangeKind = "added" | "modified" | "deleted" | "type-changed";

/** One path that differs, in git's terms. Modes are octal, such as 100644, 100755, 120000 (link), 160000 (submodule). */
export interface RawChange {
  readonly path: string;
  readonly kind: ChangeKind;
  readonly oldMode: string;
  readonly newMode: string;
  /** Object ids; all zeros where there is none, or where git has not computed it. */
  readonly oldObject: string;
  readonly newObject: string;
}

/** Reads `--raw -z` output made without rename detection: `:mode mode id id letter NUL path NUL`, repeated. */
export function parseRawDiff(output: string): RawChange[] {
  const fields = splitNul(output);
  const changes: RawChange[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [oldMode, newMode, oldObject, newObject] = (fields[index] ?? "").slice(1).split(" ");
    const path = fields[index + 1];
    if (!oldMode || !newMode || !oldObject || !newObject || path === undefined) {
      throw new Error(`Not a raw diff record: ${fields[index]}`);
    }
    changes.push({ path, kind: kindOf(oldMode, newMode), oldMode, newMode, oldObject, newObject });
  }
  return changes;
}

/** A path that differs, and by how many lines, added and removed ones together; 0 for what is no text. */
export interface NumberedChange extends RawChange {
  readonly lines: number;
}

/** Reads `--raw --numstat -z` output made without rename detection: all raw records, then `added TAB removed TAB path`. */
export function parseNumberedDiff(output: string): NumberedChange[] {
  const end = output.search(/(?<=^|\0)(?:\d+|-)\t(?:\d+|-)\t/);
  if (end < 0) return parseRawDiff(output).map((change) => ({ ...change, lines: 0 }));
  const lines = new Map(
    splitNul(output.slice(end)).map((row) => {
      const [added = "", removed = "", ...path] = row.split("\t");
      return [path.join("\t"), (Number(added) || 0) + (Number(removed) || 0)] as const;
    }),
  );
  return parseRawDiff(output.slice(0, end)).map((change) => ({ ...change, lines: lines.get(change.path) ?? 0 }));
}

function kindOf(oldMode: string, newMode: string): ChangeKind {
  if (oldMode === ABSENT_MODE) return "added";
  if (newMode === ABSENT_MODE) return "deleted";
  const sameType = (Number.parseInt(oldMode, 8) & TYPE_BITS) === (Number.parseInt(newMode, 8) & TYPE_BITS);
  return sameType ? "modified" : "type-changed";
}
