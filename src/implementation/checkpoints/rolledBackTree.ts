import type { ChangedText } from "../../git/changedTexts.ts";
import type { Change } from "../../git/changes.ts";
import type { ControlRepository } from "../../git/controlRepository.ts";
import type { RunEventOf } from "../../recovery/runEvents.ts";
import type { EvidenceRules } from "../../verification/evidence.ts";
import { problemOfPath, problemOfText } from "../../verification/pathProblems.ts";

export type RollbackMode = RunEventOf<"task_rolled_back">["mode"];

export const ROLLBACK_MODES = ["full", "partial", "smart"] as const satisfies readonly RollbackMode[];

/** A commit whose files were looked at by the rules of today. */
export interface JudgedCommit {
  readonly commit: string;
  /** Paths in which something is wrong. */
  readonly violating: ReadonlySet<string>;
}

/** From which commit each path of the latest work is taken instead; what is not named stays as it is. */
export type Replacements = ReadonlyMap<string, string>;

/**
 * X3. What a rollback takes from where, by path. Nothing is to be decided for `full`: it is the checkpoint as it was.
 * `partial`: what is in violation, as it was at the checkpoint. `smart`: what is in violation, as it was when it last was
 * not, back to the checkpoint and the base before it. Pure.
 * @param history the latest work first, the chosen checkpoint last
 */
export function replacements(
  mode: Exclude<RollbackMode, "full">,
  history: readonly JudgedCommit[],
  base: string,
): Replacements {
  const [latest, ...earlier] = history;
  const chosen = history.at(-1)?.commit ?? base;
  const paths = [...(latest?.violating ?? [])];
  const sourceOf = (path: string) =>
    mode === "partial" ? chosen : (earlier.find(({ violating }) => !violating.has(path))?.commit ?? base);
  return new Map(paths.map((path) => [path, sourceOf(path)]));
}

/** Holds everything that differs between two commits against the rules, and all of it: nobody waits for the answer. */
export async function judgeCommit(
  commit: string,
  base: string,
  control: ControlRepository,
  mayWrite: EvidenceRules["mayWrite"],
): Promise<JudgedCommit> {
  const [changes, texts] = await Promise.all([control.changes(base, commit), control.changedTexts(base, commit)]);
  const violating = new Set<string>();
  for (const change of changes) if (await isWrong(change, texts, mayWrite)) violating.add(change.path);
  return { commit, violating };
}

async function isWrong(
  change: Change,
  texts: readonly ChangedText[],
  mayWrite: EvidenceRules["mayWrite"],
): Promise<boolean> {
  if (problemOfPath(change, mayWrite) !== undefined) return true;
  const text = texts.find(({ path }) => path === change.path);
  return text !== undefined && (await problemOfText(text, texts)) !== undefined;
}

/** The tree of `latest` with some paths from elsewhere; `indexFile` is ours alone for the time of the call. */
export async function treeOfReplacements(
  latest: string,
  replaced: Replacements,
  control: ControlRepository,
  indexFile: string,
): Promise<string> {
  let tree = await control.treeOf(latest);
  for (const source of new Set(replaced.values())) {
    const paths = new Set([...replaced].filter(([, from]) => from === source).map(([path]) => path));
    tree = await control.treeWithout(source, tree, paths, indexFile);
  }
  return tree;
}
