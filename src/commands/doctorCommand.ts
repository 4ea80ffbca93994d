import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { CommandContext, CommandReport } from "../core/commandContext.ts";
import { messageOf, Refusal } from "../core/refusal.ts";
import { probeSandbox, type Sandbox } from "../core/sandbox.ts";
import { dataDirectory, type StateDirectory } from "../core/stateDirectory.ts";
import { ControlRepository } from "../git/controlRepository.ts";
import { baseChecks } from "../implementation/health/baseChecks.ts";
import { machineChecks, sandboxVerdict } from "../implementation/health/machineChecks.ts";
import { checkRepository } from "../implementation/health/repositoryCheck.ts";
import { smokeCheck } from "../implementation/health/smokeCheck.ts";
import { implementUnchecked } from "../implementation/implementCommand.ts";
import { type LeasedGate, leaseGate } from "../implementation/leasedGate.ts";
import { startingPoint } from "../implementation/verifyBase.ts";
import { machineReadings } from "../monitoring/resourceReadings.ts";
import type { ResourceReading } from "../monitoring/resourceState.ts";
import { ModelMemory } from "../recovery/modelMemory.ts";
import { lockHolder } from "../recovery/lockHolder.ts";
import {
  checkInstruments,
  type HealthCheck,
  type HealthFinding,
  type HealthVerdict,
  verdictCheck,
} from "../verification/instrumentationChecker.ts";
import type { DoctorDocument } from "./doctorDocument.ts";
import { doctorModelChecks, type ModelHost } from "./doctorModels.ts";
import { type DoctorPlace, findPlace } from "./doctorPlace.ts";
import { doctorAsText, doctorReason } from "./doctorText.ts";
import { printedJson } from "./printedJson.ts";

export interface DoctorFlags {
  /** Undefined: the usual one, if it is there. */
  readonly backlogFile: string | undefined;
  readonly json: boolean;
}

export interface DoctorContext
  extends Pick<CommandContext, "directory" | "environment" | "options" | "clock" | "pause" | "signal"> {
  /** Undefined outside of a host: then no model can be asked. */
  readonly host?: ModelHost | undefined;
  /** Looks at the machine; default: this one. */
  readonly readMachine?: () => Promise<ResourceReading>;
}

/**
 * `doctor`: what `implement` checks before its first task, as far as there is something to check here, and its smoke test
 * in any case. Writes below our own data folder only; while a run is under way it uses work trees besides that run's.
 */
export async function doctorCommand(flags: DoctorFlags, context: DoctorContext): Promise<CommandReport> {
  const place = await findPlace(flags.backlogFile, context);
  const sandbox = await probeSandbox(context.options.sandbox, context.environment);
  const base = await baseFor(place, sandbox.ok ? sandbox.value : undefined, context);
  try {
    const checks = [...checksOf(place, context), ...base.checks, ...machineOf(place, sandbox, context)];
    const document = documentOf(place, await checkInstruments(checks, context.signal));
    if (context.signal.aborted) throw new Refusal("Interrupted; nothing was changed.");
    const reason = doctorReason(document);
    const text = flags.json ? printedJson(document) : doctorAsText(document);
    return { text, outcome: reason === undefined ? { done: true } : { done: false, reason } };
  } finally {
    await base.gate?.release();
  }
}

/** git, the repository, runs in it, and the backlog. */
function checksOf({ git, version, repository, backlog }: DoctorPlace, _context: DoctorContext): readonly HealthCheck[] {
  const { value } = repository;
  const tasks = backlog.value?.manager.backlog.tasks ?? [];
  return [
    verdictCheck("git", version.verdict),
    value === undefined
      ? verdictCheck("repository", repository.verdict)
      : {
          name: "repository",
          limitMs: GIT_LIMIT_MS,
          overdue: "warning",
          check: (signal) => checkRepository(git, value.user, tasks, signal),
        },
    verdictCheck("backlog", backlog.verdict),
    {
      name: "runs",
      limitMs: GIT_LIMIT_MS,
      needs: ["repository"],
      check: async () => ({ result: "ok", says: value === undefined ? "none" : await describeRuns(value.state) }),
    },
  ];
}
