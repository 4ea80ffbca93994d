import { lstat, rm } from "node:fs/promises";
import { join } from "node:path";
import type { SpawnResult } from "../../core/agentRunner.ts";
import { writeFileAtomic } from "../../core/files.ts";
import { failure, type Result, success } from "../../core/result.ts";
import type { CapturedWork } from "../../recovery/taskState.ts";
import type { Attempt, AttemptSurroundings } from "../attempts/attempt.ts";
import type { AttemptFailure } from "../attempts/attemptOutcome.ts";
import { SelfCorrection } from "../attempts/selfCorrection.ts";
import { failureOfSpawn, spawnWorker } from "../attempts/workerSpawn.ts";
import { holdOfAttempt } from "../supervision/superviseAttempt.ts";
import { type PatchedFiles, type PatchPlace, readPatch } from "./patchReading.ts";
import { patchAnswerSchema } from "./patchSchema.ts";

/**
 * X7. An attempt without an agent at large: a model that may read, and is offered no tool to write or run anything,
 * answers with edits; those are held against the work tree, sent back where they cannot be applied, and applied by plain
 * code. What they make is looked at like any agent's work.
 */
export async function patchTask(
  attempt: Attempt,
  surroundings: AttemptSurroundings,
): Promise<Result<CapturedWork, AttemptFailure>> {
  const { scope, slot } = attempt;
  const place: PatchPlace = { directory: slot.directory, mayWrite: scope.mayWrite };
  const spawned = await askForPatch(attempt, surroundings, place);
  const stopped = failureOfSpawn(spawned);
  if (stopped !== undefined) return failure(stopped);
  const patch = readPatch(spawned.status === "success" ? spawned.structured : undefined, place);
  if (!patch.ok) return failure({ reason: "not_capturable", message: patch.failure });
  const applied = await applyPatch(patch.value, slot.directory);
  if (!applied.ok) return applied;
  const look = new SelfCorrection(attempt, surroundings, (examine) => examine());
  await look.isDoneAlready();
  return look.outcome ?? failure({ reason: "interrupted" });
}

/** Nothing is written before the answer is there: who is held meanwhile has nothing to save. */
async function askForPatch(
  attempt: Attempt,
  surroundings: AttemptSurroundings,
  place: PatchPlace,
): Promise<SpawnResult> {
  const { signal } = surroundings;
  const hold = holdOfAttempt(attempt, surroundings, { settle: async () => undefined, signal });
  try {
    return await spawnWorker(attempt, surroundings, {
      role: "patcher",
      answer: {
        schema: patchAnswerSchema,
        by: "schema",
        problemOf: (answer) => {
          const read = readPatch(answer, place);
          return read.ok ? undefined : read.failure;
        },
      },
      signal,
      hold: hold.asHold,
    });
  } finally {
    await hold.end();
  }
}

async function applyPatch(files: PatchedFiles, directory: string): Promise<Result<undefined, AttemptFailure>> {
  for (const [path, content] of files) {
    const target = join(directory, path);
    try {
      if (content === null) await rm(target);
      else await writeFileAtomic(target, content, await modeOf(target));
    } catch (error) {
      // Such as a folder where a file is to be: the patch, not the machine.
      return failure({ reason: "not_capturable", message: `${path}: ${String(error)}` });
    }
  }
  return success(undefined);
}

/** A file that was executable stays so. */
async function modeOf(path: string): Promise<number | undefined> {
  return lstat(path).then(
    ({ mode }) => mode & 0o777,
    () => undefined,
  );
}
