import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { optionsSchema } from "../../config.ts";
import type { CommandContext, CommandReport } from "../../core/commandContext.ts";
import { readTextIfExists } from "../../core/files.ts";
import { messageOf } from "../../core/refusal.ts";
import { failure, type Result, success } from "../../core/result.ts";
import { Git } from "../../git/gitProcess.ts";
import type { ImplementFlags } from "../implementScene.ts";
import { NO_MODELS, SmokeAgents } from "./smokeAgents.ts";
import { makeSmokeRepository, SMOKE_TASKS } from "./smokeRepository.ts";

/** `implement` without its health checks, which would begin this test again. */
export type WholeLoop = (flags: ImplementFlags, context: CommandContext) => Promise<CommandReport>;

export type SmokeTestContext = Pick<CommandContext, "environment" | "clock" | "pause" | "options">;

/**
 * Sends two tasks through the whole loop on this machine, from a backlog to the user's branch, with agents of our own in
 * place of a model. Everything is in a temporary folder, which is removed. The failure is what went wrong, as a clause.
 */
export async function runSmokeTest(
  loop: WholeLoop,
  { clock, environment, options, pause }: SmokeTestContext,
  signal: AbortSignal,
): Promise<Result<void, string>> {
  const { folder, repository, data } = await makeSmokeRepository(new Git(environment), environment.TMPDIR ?? tmpdir());
  try {
    const { outcome } = await loop(FLAGS, {
      directory: repository,
      environment: { ...environment, XDG_DATA_HOME: data },
      options: optionsSchema.parse({ ...OPTIONS, sandbox: options.sandbox }),
      runner: new SmokeAgents(),
      models: NO_MODELS,
      clock,
      pause,
      workerNotices: [],
      signal,
      progressStream: undefined,
      notify: undefined,
    });
    if (!outcome.done) return failure(outcome.reason);
    return await expectLanded(repository);
  } catch (error) {
    return failure(messageOf(error));
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

const FLAGS: ImplementFlags = { backlogFile: "tasks/BACKLOG.yaml", dryRun: false, allowRedBase: false };
const OPTIONS = {
  workers: SMOKE_TASKS.length,
  taskTimeoutSeconds: 30,
  maxAttempts: 1,
  maxSelfCorrections: 0,
  maxGapPlans: 0,
  merge: "fast-forward",
} as const;

async function expectLanded(repository: string): Promise<Result<void, string>> {
  for (const { file, word } of SMOKE_TASKS) {
    const text = await readTextIfExists(join(repository, file));
    if (text !== `${word}\n`) return failure(`the run ended as complete, but ${file} is not on the branch`);
  }
  return success(undefined);
}
