import type { CommandContext } from "../../core/commandContext.ts";
import { Refusal } from "../../core/refusal.ts";
import type { Sandbox } from "../../core/sandbox.ts";
import { dataDirectory } from "../../core/stateDirectory.ts";
import type { ControlRepository } from "../../git/controlRepository.ts";
import { machineReadings } from "../../monitoring/resourceReadings.ts";
import type { ResourceReading } from "../../monitoring/resourceState.ts";
import { ModelMemory } from "../../recovery/modelMemory.ts";
import type { RunEventOf } from "../../recovery/runEvents.ts";
import {
  checkInstruments,
  type HealthCheck,
  type HealthFinding,
  verdictCheck,
} from "../../verification/instrumentationChecker.ts";
import type { ImplementScene } from "../implementScene.ts";
import type { Baseline } from "../landing/baseline.ts";
import type { Gate } from "../landing/gate.ts";
import { baseChecks } from "./baseChecks.ts";
import { machineChecks, sandboxVerdict } from "./machineChecks.ts";
import { type ModelCheckOptions, modelChecks } from "./modelChecks.ts";
import { checkRepository } from "./repositoryCheck.ts";
import { smokeCheck } from "./smokeCheck.ts";
import type { WholeLoop } from "./smokeTest.ts";
import { startingPoint } from "./verifyBase.ts";

export interface BeforeRunOptions extends Pick<ModelCheckOptions, "note"> {
  readonly scene: ImplementScene;
  readonly context: CommandContext;
  readonly control: ControlRepository;
  readonly gate: Gate;
  readonly allowRedBase: boolean;
  readonly sandbox: Pick<Sandbox, "notice">;
  /** What the smoke test sends through; undefined in the smoke test itself, where only the base is checked. */
  readonly loop: WholeLoop | undefined;
  /** Looks at the machine; default: this one. */
  readonly readMachine?: () => Promise<ResourceReading>;
}

/** What a run that may begin takes with it from its checks. */
export interface Health {
  /** Commands that decide about landing. */
  readonly verify: readonly string[];
  /** For the journal, once there is one. */
  readonly event: RunEventOf<"health_checked">;
  /** One line each. */
  readonly warnings: readonly string[];
}

/** Milliseconds; git on a cold disk. */
const GIT_LIMIT_MS = 30_000;

/**
 * M12. Everything that can be known to be in order before the first task, at the same time where nothing is in the way of
 * another. Tells the gate what a red base that is allowed may go on failing with. Throws `Refusal` that names each check
 * that failed, with what to do; nothing was spent or changed then, but the requests to the models.
 */
export async function checkBeforeRun(options: BeforeRunOptions): Promise<Health> {
  const { context, gate, scene } = options;
  if (scene.tasks.length === 0) return healthOf(scene.verify, []);
  let { verify } = scene;
  const checks = await checksFor(options, (baseline) => {
    verify = baseline.deciding;
    gate.tolerate(baseline.red);
  });
  const findings = await checkInstruments(checks, context.signal);
  // What was left, by a time limit or an interruption, is on its way to its end: the gate is not given back before.
  await gate.idle();
  if (context.signal.aborted) throw new Refusal("Interrupted before the first task; nothing was changed.");
  const failed = findings.filter(({ result }) => result === "failed");
  if (failed.length > 0) throw new Refusal(refusalText(failed));
  return healthOf(verify, findings);
}

async function checksFor(
  options: BeforeRunOptions,
  onBaseline: (baseline: Baseline) => void,
): Promise<readonly HealthCheck[]> {
  const { allowRedBase, context, control, gate, loop, sandbox, scene } = options;
  const { git, user, tasks, backlog, routes, setup, verify } = scene;
  const base = baseChecks({
    gate,
    start: await startingPoint(git, user, control, backlog.track_id),
    setup,
    verify,
    allowRedBase,
    commandLimitMs: context.options.taskTimeoutSeconds * 1_000,
    onBaseline,
  });
  if (loop === undefined) return base;
  const gitVersion = await git.must(["version"], { cwd: "/" });
  const models = [...routes.values()].map(({ model }) => model);
  // Trouble with its files is told by whoever chooses models.
  const memory = new ModelMemory(context.environment, context.clock, () => undefined);
  const folder = dataDirectory(context.environment);
  return [
    verdictCheck("git", { result: "ok", says: gitVersion.trim() }),
    {
      name: "repository",
      limitMs: GIT_LIMIT_MS,
      overdue: "warning",
      check: (signal) => checkRepository(git, user, tasks, signal),
    },
    ...base,
    ...modelChecks(models, { note: options.note, memory, runner: context.runner, directory: user.root }),
    ...machineChecks({ folder, read: options.readMachine ?? machineReadings(folder) }),
    verdictCheck("sandbox", sandboxVerdict(sandbox)),
    smokeCheck({ loop, context, gitVersion, sandboxNotice: sandbox.notice, trustMemory: true }),
  ];
}

function healthOf(verify: readonly string[], findings: readonly HealthFinding[]): Health {
  return {
    verify,
    event: { type: "health_checked", checks: findings.map(({ name, result }) => ({ name, result })) },
    warnings: findings.filter(({ result }) => result === "warning").map(describeFinding),
  };
}

function refusalText(failed: readonly HealthFinding[]): string {
  const [only, ...more] = failed.map(describeFinding);
  if (more.length === 0) return `Nothing was started. ${only ?? ""}.`;
  const names = failed.map(({ name }) => name).join(", ");
  return [
    ...failed.map((finding) => `  ${describeFinding(finding)}`),
    `Nothing was started: ${failed.length} checks failed (${names}). Mend what is said above; 'opencode run doctor' checks again.`,
  ].join("\n");
}

/** On one line, without the stop at its end. */
function describeFinding({ mend, name, says }: HealthFinding): string {
  const line = says
    .trim()
    .replace(/\s*\n\s*/g, "; ")
    .replace(/\.$/, "");
  return `${name}: ${line}${mend === undefined ? "" : ` (${mend})`}`;
}
