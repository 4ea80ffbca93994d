import type { CommandReport } from "../core/commandContext.ts";
import { Refusal } from "../core/refusal.ts";
import { checkInstruments, type HealthFinding } from "../verification/instrumentationChecker.ts";
import { type DoctorContext, doctorChecks } from "./doctorChecks.ts";
import type { DoctorDocument } from "./doctorDocument.ts";
import { type DoctorPlace, findPlace } from "./doctorPlace.ts";
import { doctorAsText, doctorReason } from "./doctorText.ts";
import { printedJson } from "./printedJson.ts";

export interface DoctorFlags {
  /** Undefined: the usual one, if it is there. */
  readonly backlogFile: string | undefined;
  readonly json: boolean;
}

/**
 * `doctor`: what `implement` checks before its first task, as far as it is there to be checked, and its smoke test in any
 * case. Writes below our own data folder only; beside a run that is under way it uses a work tree of its own.
 */
export async function doctorCommand(flags: DoctorFlags, context: DoctorContext): Promise<CommandReport> {
  const place = await findPlace(flags.backlogFile, context);
  const { checks, release } = await doctorChecks(place, context);
  try {
    const document = documentOf(place, await checkInstruments(checks, context.signal));
    if (context.signal.aborted) throw new Refusal("Interrupted; nothing was changed.");
    const text = flags.json ? printedJson(document) : doctorAsText(document);
    const reason = doctorReason(document);
    return { text, outcome: reason === undefined ? { done: true } : { done: false, reason } };
  } finally {
    await release();
  }
}

function documentOf({ backlog, repository }: DoctorPlace, findings: readonly HealthFinding[]): DoctorDocument {
  const worst = (["failed", "warning"] as const).find((result) =>
    findings.some((finding) => finding.result === result),
  );
  return {
    version: 1,
    repository: repository.value?.user.root ?? null,
    backlog: backlog.value?.file ?? null,
    result: worst ?? "ok",
    checks: findings.map(({ durationMs, mend, name, result, says }) => ({
      name,
      result,
      says,
      mend: mend ?? null,
      duration_ms: durationMs,
    })),
  };
}
