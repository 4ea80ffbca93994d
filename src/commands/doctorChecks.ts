import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { CommandContext } from "../core/commandContext.ts";
import { messageOf } from "../core/refusal.ts";
import type { Result } from "../core/result.ts";
import { probeSandbox, type Sandbox } from "../core/sandbox.ts";
import { dataDirectory, type StateDirectory } from "../core/stateDirectory.ts";
import { ControlRepository } from "../git/controlRepository.ts";
import { baseChecks } from "../implementation/health/baseChecks.ts";
import { machineChecks, sandboxVerdict } from "../implementation/health/machineChecks.ts";
import { checkRepository } from "../implementation/health/repositoryCheck.ts";
import { smokeCheck } from "../implementation/health/smokeCheck.ts";
import type { WholeLoop } from "../implementation/health/smokeTest.ts";
import { startingPoint } from "../implementation/health/verifyBase.ts";
import { implementUnchecked } from "../implementation/implementCommand.ts";
import { leaseGate } from "../implementation/slots/leasedGate.ts";
import { machineReadings } from "../monitoring/resourceReadings.ts";
import type { ResourceReading } from "../monitoring/resourceState.ts";
import { lockHolder } from "../recovery/lockHolder.ts";
import { ModelMemory } from "../recovery/modelMemory.ts";
import { type HealthCheck, type HealthVerdict, verdictCheck } from "../verification/instrumentationChecker.ts";
import { doctorModelChecks, type ModelHost } from "./doctorModels.ts";
import type { DoctorPlace } from "./doctorPlace.ts";

export interface DoctorContext
  extends Pick<CommandContext, "directory" | "environment" | "options" | "clock" | "pause" | "signal"> {
  /** Undefined outside of a host: then no model can be asked. */
  readonly host?: ModelHost | undefined;
  /** Looks at the machine; default: this one. */
  readonly readMachine?: () => Promise<ResourceReading>;
  /** What the smoke test sends its tasks through; default: `implement`. */
  readonly loop?: WholeLoop;
}

export interface DoctorChecks {
  readonly checks: readonly HealthCheck[];
  /** Gives back what the checks used. */
  readonly release: () => Promise<void>;
}

/** Milliseconds; git on a cold disk. */
const GIT_LIMIT_MS = 30_000;

export async function doctorChecks(place: DoctorPlace, context: DoctorContext): Promise<DoctorChecks> {
  const { environment, options } = context;
  const sandbox = await probeSandbox(options.sandbox, environment);
  const base = await checksOfBase(place, sandbox, context);
  const folder = dataDirectory(environment);
  const models = doctorModelChecks(context.host, place.backlog.value, context, {
    directory: place.repository.value?.user.root ?? context.directory,
    memory: new ModelMemory(environment, context.clock, () => undefined),
  });
  const checks = [
    ...checksOfPlace(place),
    ...base.checks,
    ...models,
    ...machineChecks({ folder, read: context.readMachine ?? machineReadings(folder) }),
    verdictCheck("sandbox", sandbox.ok ? sandboxVerdict(sandbox.value) : { result: "failed", says: sandbox.failure }),
    smokeOf(place, sandbox, context),
  ];
  return { checks, release: base.release };
}

function checksOfPlace({ git, version, repository, backlog }: DoctorPlace): readonly HealthCheck[] {
  const { value } = repository;
  const tasks = backlog.value?.manager.backlog.tasks ?? [];
  return [
    verdictCheck("git", version.verdict),
    {
      name: "repository",
      limitMs: GIT_LIMIT_MS,
      overdue: "warning",
      check: async (signal) =>
        value === undefined ? repository.verdict : checkRepository(git, value.user, tasks, signal),
    },
    verdictCheck("backlog", backlog.verdict),
    {
      name: "runs",
      limitMs: GIT_LIMIT_MS,
      needs: ["repository"],
      check: () => (value === undefined ? Promise.resolve(repository.verdict) : lookForRuns(value.state)),
    },
  ];
}

/** Runs that other processes are in the middle of. They stand in nobody's way here. */
async function lookForRuns({ locks }: StateDirectory): Promise<HealthVerdict> {
  const names = (await readdir(locks).catch(() => [])).flatMap((name) => /^track-(.+)\.lock$/u.exec(name)?.[1] ?? []);
  const held = await Promise.all(
    names.sort().map(async (track) => {
      const holder = await lockHolder(join(locks, `track-${track}.lock`));
      return holder === undefined ? [] : [`${track} is under way in process ${holder.pid}`];
    }),
  );
  return { result: "ok", says: held.flat().join(", ") || "none is under way" };
}

const nothingToRelease = async () => undefined;

/** `setup` and `verify`, in a gate of our own. */
async function checksOfBase(
  place: DoctorPlace,
  sandbox: Result<Sandbox, string>,
  context: DoctorContext,
): Promise<DoctorChecks> {
  const { git } = place;
  const { options } = context;
  const repository = place.repository.value;
  const tasks = place.backlog.value?.manager.backlog;
  const setup = commandsOf(tasks?.setup, options.setup);
  const verify = commandsOf(tasks?.verify, options.verify);
  if (repository === undefined) return without({ result: "skipped", says: "needs 'repository'" });
  if (place.backlog.verdict.result === "failed") return without({ result: "skipped", says: "needs 'backlog'" });
  if (setup.length + verify.length === 0) return without({ result: "skipped", says: "no command is given" });
  if (!sandbox.ok) return without({ result: "skipped", says: "needs 'sandbox'" });
  try {
    const { user, state } = repository;
    const control = await ControlRepository.open(git, state, user);
    const start = await startingPoint(git, user, control, tasks?.track_id);
    const network = tasks?.tasks.some((task) => task.network) ?? false;
    const sources = { git, user, state, control, sandbox: sandbox.value, context, setup, network, purpose: "doctor" };
    const { gate, release } = await leaseGate(sources);
    const commandLimitMs = options.taskTimeoutSeconds * 1_000;
    return { checks: baseChecks({ gate, start, setup, verify, allowRedBase: false, commandLimitMs }), release };
  } catch (error) {
    return without({ result: "failed", says: `no work tree can be made: ${messageOf(error)}` });
  }
}

/** A backlog's own commands come first. */
function commandsOf(own: readonly string[] = [], configured: readonly string[] = []): readonly string[] {
  return own.length > 0 ? own : configured;
}

function without(verdict: HealthVerdict): DoctorChecks {
  // What is wrong is said once.
  const needs = verdict.result === "failed" ? ["setup"] : [];
  const checks = [verdictCheck("setup", verdict), { ...verdictCheck("verify", verdict), needs }];
  return { checks, release: nothingToRelease };
}

function smokeOf({ version }: DoctorPlace, sandbox: Result<Sandbox, string>, context: DoctorContext): HealthCheck {
  if (version.value === undefined) return verdictCheck("smoke test", { result: "skipped", says: "needs 'git'" });
  if (!sandbox.ok) return verdictCheck("smoke test", { result: "skipped", says: "needs 'sandbox'" });
  return smokeCheck({
    loop: context.loop ?? implementUnchecked,
    context,
    gitVersion: version.value,
    sandboxNotice: sandbox.value.notice,
    trustMemory: false,
  });
}
