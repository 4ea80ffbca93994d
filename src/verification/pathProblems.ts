import type { ChangedText } from "../git/changedTexts.ts";
import { addedSecrets } from "./diffSecrets.ts";
import { type ChangedPath, type EvidenceRules, violations } from "./evidence.ts";

/** What is wrong with one changed path. */
export interface PathProblem {
  readonly path: string;
  /** In words, without what a key says. */
  readonly what: string;
}

/** What a path alone shows: whether the task may write it, and whether it is of a kind that may land. Pure. */
export function problemOfPath(change: ChangedPath, mayWrite: EvidenceRules["mayWrite"]): string | undefined {
  const [found] = violations([change], { mayWrite, allowEmpty: true });
  switch (found?.reason) {
    case "forbidden":
      return found.paths[0]?.what;
    case "outside_scope":
      return "outside the task's files";
    case "too_large":
      return found.says;
    default:
      return undefined;
  }
}

/** A key that a file brings in; one that stands in `others` as they were before is not new. */
export async function problemOfText(text: ChangedText, others: readonly ChangedText[]): Promise<string | undefined> {
  const before = others.map((other) => ({ ...other, after: undefined }));
  const [secret] = await addedSecrets([text, ...before]);
  return secret === undefined ? undefined : `adds what looks like ${secret.kind} (line ${secret.line})`;
}
