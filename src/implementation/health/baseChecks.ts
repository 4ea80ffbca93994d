import { counted } from "../../core/counted.ts";
import { unreachable } from "../../core/unreachable.ts";
import { describeFailedCheck, type FailedCheck } from "../../verification/commandCheck.ts";
import { shortList } from "../../verification/evidence.ts";
import type { HealthCheck, HealthVerdict } from "../../verification/instrumentationChecker.ts";
import type { Baseline } from "../landing/baseline.ts";
import type { Gate } from "../landing/gate.ts";
import { type StartingPoint, verifyBase } from "./verifyBase.ts";

export interface BaseCheckOptions {
  readonly gate: Gate;
  readonly start: StartingPoint;
  readonly setup: readonly string[];
  readonly verify: readonly string[];
  readonly allowRedBase: boolean;
  /** Limit for each command. */
  readonly commandLimitMs: number;
  /** Told what a red base that is allowed may go on failing with. */
  readonly onBaseline?: ((baseline: Baseline) => void) | undefined;
}

/** For making the work tree anew and for what commands leave running, besides the commands themselves. */
const SLACK_MS = 600_000;
/** `verify` runs again where it fails. */
const RUNS = 2;

/** That `setup` makes a work tree ready, and that `verify` passes there before anything is changed. */
export function baseChecks(options: BaseCheckOptions): readonly HealthCheck[] {
  const { commandLimitMs, setup, verify } = options;
  return [
    {
      name: "setup",
      limitMs: SLACK_MS + setup.length * RUNS * commandLimitMs,
      check: () => checkSetup(options),
    },
    {
      name: "verify",
      needs: setup.length === 0 ? [] : ["setup"],
      limitMs: SLACK_MS + verify.length * RUNS * commandLimitMs,
      check: () => checkVerify(options),
    },
  ];
}

async function checkSetup({ gate, setup, start }: BaseCheckOptions): Promise<HealthVerdict> {
  if (setup.length === 0) return { result: "skipped", says: "no `setup` is given" };
  const failed = await gate.prepare(start.commit);
  if (failed === undefined) {
    return { result: "ok", says: `${counted(setup.length, "command")} made a work tree ready` };
  }
  return {
    result: "failed",
    says: `a work tree cannot be made ready: ${describeFailedCheck(failed)}`,
    mend: "mend `setup` so that it passes in a clean checkout; it sees no environment variables but a few harmless ones",
  };
}

async function checkVerify({
  allowRedBase,
  gate,
  onBaseline,
  setup,
  start,
  verify,
}: BaseCheckOptions): Promise<HealthVerdict> {
  if (verify.length === 0) return { result: "skipped", says: "no `verify` is given: each task's acceptance decides" };
  if (setup.length === 0) {
    const unprepared = await gate.prepare(start.commit);
    if (unprepared !== undefined) return red(start, unprepared);
  }
  const verdict = await verifyBase(gate, verify, allowRedBase);
  switch (verdict.kind) {
    case "green":
      return verdict.flaky.length === 0
        ? { result: "ok", says: `${counted(verify.length, "command")} passed on ${atCommit(start)}` }
        : flaky(verdict.flaky, start);
    case "red":
      return red(start, verdict.failed);
    case "allowed":
      onBaseline?.(verdict.baseline);
      return allowed(start, verdict.failed, verdict.baseline);
    default:
      return unreachable(verdict);
  }
}

function red({ name }: StartingPoint, failed: FailedCheck): HealthVerdict {
  return {
    result: "failed",
    says: `${name} is red before anything was changed: ${describeFailedCheck(failed)}`,
    mend: "mend it, or start with --allow_red_base: then only new failures block",
  };
}

function flaky(commands: readonly string[], start: StartingPoint): HealthVerdict {
  return {
    result: "warning",
    says: `${shortList(commands)} failed on ${atCommit(start)} and passed when it was run again: it is flaky`,
    mend: "work may be sent back for a failure that is not its own",
  };
}

function allowed({ name }: StartingPoint, failed: FailedCheck, { red: known, undecidable }: Baseline): HealthVerdict {
  const failures = known.reduce((sum, { known: { fingerprints } }) => sum + fingerprints.length, 0);
  const parts = [
    ...(failures === 0 ? [] : [`only failures other than these ${failures} block`]),
    ...(undecidable.length === 0
      ? []
      : [`${shortList(undecidable)} decides about nothing, since its failures cannot be told apart`]),
  ];
  return {
    result: "warning",
    says: `${name} is red before anything was changed: ${describeFailedCheck(failed)}; ${parts.join("; ")}`,
  };
}

function atCommit({ commit, name }: StartingPoint): string {
  return `${name === "The base" ? "the base" : name} (${commit.slice(0, 9)})`;
}
