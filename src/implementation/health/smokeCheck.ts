import type { HealthCheck, HealthVerdict } from "../../verification/instrumentationChecker.ts";
import { hasPassedBefore, rememberPass, type SmokeSurroundings, smokeMemoryFile } from "./smokeMemory.ts";
import { runSmokeTest, type SmokeTestContext, type WholeLoop } from "./smokeTest.ts";

export interface SmokeCheckOptions extends SmokeSurroundings {
  readonly loop: WholeLoop;
  readonly context: SmokeTestContext;
  /** True: a pass in the same surroundings is enough. */
  readonly trustMemory: boolean;
}

/** It takes about a second. */
const LIMIT_MS = 60_000;

/** X11 and M12: that everything works together on this machine, seen without a model. */
export function smokeCheck(options: SmokeCheckOptions): HealthCheck {
  return { name: "smoke test", limitMs: LIMIT_MS, check: (signal) => checkLoop(options, signal) };
}

async function checkLoop(options: SmokeCheckOptions, signal: AbortSignal): Promise<HealthVerdict> {
  const { context, loop, trustMemory } = options;
  const file = await smokeMemoryFile(context.environment, options);
  if (trustMemory && (await hasPassedBefore(file))) {
    return { result: "ok", says: "passed before, with this build, git and runtime" };
  }
  const startedAt = performance.now();
  const passed = await runSmokeTest(loop, context, signal);
  if (passed.ok) {
    await rememberPass(file);
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    return { result: "ok", says: `two tasks went through the whole loop without a model, in ${seconds} s` };
  }
  return {
    result: "failed",
    says: `two tasks without a model did not go through the loop: ${passed.failure}`,
    mend: "with the other checks in order this is a fault of multi-agent-coder: report it with this line",
  };
}
