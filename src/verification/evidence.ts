import { counted } from "../core/counted.ts";
import { protectedPathReason } from "../core/protectedPaths.ts";
import type { Change } from "../git/changes.ts";
import { GITLINK_MODE, LINK_MODE } from "../git/rawDiff.ts";
import type { AddedSecret } from "./diffSecrets.ts";

/** What is looked at of a change. */
export type ChangedPath = Pick<Change, "path" | "oldMode" | "newMode" | "filter" | "size">;

/** Why a piece of work may not land. Each kind is checked before any command runs. */
export type Violation =
  | { readonly reason: "empty" }
  | { readonly reason: "outside_scope"; readonly paths: readonly string[] }
  | { readonly reason: "forbidden"; readonly paths: readonly { readonly path: string; readonly what: string }[] }
  /** By file and kind, never by value. */
  | { readonly reason: "secret"; readonly secrets: readonly AddedSecret[] }
  | { readonly reason: "too_large"; readonly says: string };

export interface EvidenceRules {
  /** True for a path the task may write. */
  readonly mayWrite: (path: string) => boolean;
  readonly allowEmpty: boolean;
}

/** X9. The content a task may change, in bytes: 1 GB. */
const QUOTA_BYTES = 1_000_000_000;
/** No task a person would read changes more files; an installed package or a build folder does. */
const QUOTA_PATHS = 10_000;

/**
 * What a difference alone says against work: nothing was changed, something outside the task's scope was, or something
 * that no task may bring: a new symbolic link, a submodule, git's own files, OpenCode's configuration, or more than
 * a task may hold. Keys are looked for by `addedSecrets`. Pure.
 */
export function violations(changes: readonly ChangedPath[], rules: EvidenceRules): Violation[] {
  if (changes.length === 0) return rules.allowEmpty ? [] : [{ reason: "empty" }];
  const forbidden = changes.flatMap((change) => {
    const what = forbiddenKind(change);
    return what === undefined ? [] : [{ path: change.path, what }];
  });
  const outside = changes.map(({ path }) => path).filter((path) => !rules.mayWrite(path));
  const size = sizeProblem(changes);
  return [
    ...(forbidden.length === 0 ? [] : [{ reason: "forbidden" as const, paths: forbidden }]),
    ...(outside.length === 0 ? [] : [{ reason: "outside_scope" as const, paths: outside }]),
    ...(size === undefined ? [] : [{ reason: "too_large" as const, says: size }]),
  ];
}

function sizeProblem(changes: readonly ChangedPath[]): string | undefined {
  if (changes.length > QUOTA_PATHS) {
    return `${counted(changes.length, "file")} changed, a task may change ${counted(QUOTA_PATHS, "file")}`;
  }
  const bytes = changes.reduce((sum, { size = 0 }) => sum + size, 0);
  if (bytes <= QUOTA_BYTES) return undefined;
  return `${(bytes / 1e9).toFixed(2)} GB of changed content, a task may change ${QUOTA_BYTES / 1e9} GB`;
}

function forbiddenKind({ path, oldMode, newMode, filter }: ChangedPath): string | undefined {
  if (newMode === LINK_MODE && oldMode !== LINK_MODE) return "a new symbolic link";
  if (newMode === GITLINK_MODE || oldMode === GITLINK_MODE) return "a submodule";
  if (filter !== undefined) return `stored through the filter '${filter}', which does not run here`;
  const reason = protectedPathReason(path);
  return reason === undefined ? undefined : `it ${reason}`;
}

const SHOWN_PATHS = 5;

/** A violation in one line, for a person and for the next attempt. */
export function describeViolation(violation: Violation): string {
  switch (violation.reason) {
    case "empty":
      return "nothing was changed";
    case "outside_scope":
      return `changed outside the task's files: ${shortList(violation.paths)}`;
    case "forbidden":
      return `not allowed: ${shortList(violation.paths.map(({ path, what }) => `${path} (${what})`))}`;
    case "secret":
      return `adds what looks like a key: ${shortList(violation.secrets.map(({ path, line, kind }) => `${path}:${line} (${kind})`))}`;
    case "too_large":
      return `too large: ${violation.says}`;
  }
}

/** The first few, on one line: a file's name may hold line ends and what steers a terminal. */
export function shortList(items: readonly string[]): string {
  const more = items.length - SHOWN_PATHS;
  const shown = items.slice(0, SHOWN_PATHS).map((item) => item.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, escapeCharacter));
  return shown.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
