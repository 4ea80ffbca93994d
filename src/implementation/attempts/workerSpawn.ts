import type { SpawnOptions, SpawnResult } from "../../core/agentRunner.ts";
import { formatModelRef } from "../../core/modelCatalog.ts";
import { unreachable } from "../../core/unreachable.ts";
import type { RunEventOf } from "../../recovery/runEvents.ts";
import type { RouteNow } from "../modelRouter.ts";
import type { TaskSupervisor } from "../supervision/taskSupervisor.ts";
import type { Attempt, AttemptSurroundings } from "./attempt.ts";
import type { AttemptFailure } from "./attemptOutcome.ts";
import { workerSeed } from "./workerSeed.ts";

/** How an agent is let at a task: under watch with tools of its own, or to answer with edits that others apply. */
export type SpawnWatch =
  | ({ readonly role: "worker"; readonly supervisor: TaskSupervisor } & Required<
      Pick<SpawnOptions, "followUp" | "signal" | "hold">
    >)
  | ({ readonly role: "patcher" } & Required<Pick<SpawnOptions, "answer" | "signal" | "hold">>);

/** Spawning again after a failure that may pass on retry; the work tree stays as it is, so nothing done is lost. */
const MOST_RESPAWNS = 3;
/** Before the first one with the same model; it doubles each time. */
const FIRST_WAIT_MS = 5_000;
/** Longer the slot is not held for a model that cools down (O10: 5, 30, 60 s). */
const LONGEST_WAIT_MS = 60_000;

/**
 * Has an agent work in the attempt's slot, and records its session and what it used. After a failure that may pass on
 * retry another goes on in the same work tree: with another model where there is one, else with the same one after a
 * wait, within the time a task may take. Never rejects for an expected failure.
 */
export async function spawnWorker(
  attempt: Attempt,
  surroundings: AttemptSurroundings,
  watch: SpawnWatch,
): Promise<SpawnResult> {
  const { clock, models, onActivity, options } = surroundings;
  const until = clock.now() + options.taskTimeoutSeconds * 1_000;
  let { route } = attempt;
  for (let respawns = 0; ; respawns++) {
    const result = await spawnAndRecord({ ...attempt, route }, surroundings, watch);
    if (isBadPatch(result, watch)) {
      await models.giveBack(route.model);
      return result;
    }
    await models.note(route.model, "worker", result);
    const mayPass = result.status === "error" && result.failure.retryable && !isEnding(watch);
    if (!mayPass || respawns === MOST_RESPAWNS) return result;
    onActivity(attempt.task, { kind: "retry", attempt: respawns + 1, message: result.failure.message });
    const next = await nextRoute({ ...attempt, route }, respawns, until, surroundings, watch.signal);
    if (next === undefined) return result;
    route = next;
  }
}

/**
 * Edits that nobody can apply, after all that was said about them: the next attempt may do better. It says nothing
 * against the provider, which has answered.
 */
function isBadPatch(result: SpawnResult, { role }: SpawnWatch): boolean {
  return role === "patcher" && result.status === "error" && result.failure.reason === "invalid_answer";
}

/** A supervisor stops its agent only once the work is saved: until then nobody may begin in that one's place. */
function isEnding(watch: SpawnWatch): boolean {
  return watch.signal.aborted || (watch.role === "worker" && watch.supervisor.halt !== undefined);
}

/** Who goes on, once it may; undefined: nobody, within the time there is. */
async function nextRoute(
  { task, number, route: last, routed }: Attempt,
  respawns: number,
  until: number,
  { clock, models, pause, recorder }: AttemptSurroundings,
  signal: AbortSignal,
): Promise<RouteNow | undefined> {
  const waits = async (milliseconds: number) => {
    if (milliseconds > LONGEST_WAIT_MS || clock.now() + milliseconds > until) return false;
    await pause(milliseconds, signal);
    return !signal.aborted;
  };
  let next = await models.choose(routed);
  const hasToWait = !next.ok && next.failure.reason === "cooling";
  if (!next.ok && next.failure.reason === "cooling") {
    if (!(await waits(Math.max(0, next.failure.notBefore - clock.now())))) return undefined;
    next = await models.choose(routed);
  }
  if (!next.ok) return undefined;
  const { model, because } = next.value;
  const name = formatModelRef(model);
  if (name !== formatModelRef(last.model)) {
    await recorder.record({ type: "model_changed", task: task.id, attempt: number, model: name, because });
    return next.value;
  }
  if (hasToWait || (await waits(FIRST_WAIT_MS * 2 ** respawns))) return next.value;
  await models.giveBack(model);
  return undefined;
}

async function spawnAndRecord(
  attempt: Attempt,
  surroundings: AttemptSurroundings,
  { role, ...watch }: SpawnWatch,
): Promise<SpawnResult> {
  const { task, number, route } = attempt;
  const { models, options, recorder, runner, onActivity } = surroundings;
  const place = { task: task.id, attempt: number };
  let opened: Promise<void> = Promise.resolve();
  const result = await runner.spawnAgent(role, attempt.briefing.text, {
    directory: attempt.slot.directory,
    title: `${task.id}: ${task.title}`,
    purpose: place,
    model: route.model,
    // Where another model can be asked, waiting for this one's provider makes no sense.
    ...(route.hasOthers ? { providerRetries: 0 } : {}),
    timeoutSeconds: options.taskTimeoutSeconds,
    idleTimeoutSeconds: options.idleTimeoutSeconds,
    system: surroundings.system,
    resumeData: attempt.briefing.resumeData,
    seed: workerSeed(recorder.runId, task.id, number),
    confinement: surroundings.confine(attempt.slot, { network: task.network }),
    ...watch,
    onActivity: (activity) => {
      if (activity.kind === "opened") {
        opened = recorder.record({ type: "session_opened", ...place, session: activity.sessionID });
        // Awaited once the agent has ended; a journal that breaks before then must not end the host's process.
        opened.catch(() => undefined);
      }
      if (activity.kind === "tool" || activity.kind === "text") void models.seenAtWork(route.model);
      onActivity(task, activity);
    },
  });
  await opened;
  await recorder.record({
    type: "agent_finished",
    ...place,
    status: result.status,
    ...messageOfEnding(result),
    tokens: result.metadata.tokensUsed,
    cost_usd: result.metadata.costUsd,
    duration_ms: result.metadata.durationMs,
    ...samplingOf(result),
  });
  return result;
}

function samplingOf({ metadata: { sampling } }: SpawnResult): Pick<RunEventOf<"agent_finished">, "sampling"> {
  if (sampling === undefined) return {};
  const { temperature, topP, seed } = sampling;
  return {
    sampling: {
      ...(temperature === undefined ? {} : { temperature }),
      ...(topP === undefined ? {} : { top_p: topP }),
      ...(seed === undefined ? {} : { seed }),
    },
  };
}

function messageOfEnding(result: SpawnResult): { readonly message?: string } {
  switch (result.status) {
    case "success":
      return {};
    case "timeout":
      return { message: result.message };
    case "error":
      return { message: result.failure.message };
    case "checkpoint":
      return { message: result.checkpoint.message };
    default:
      return unreachable(result);
  }
}

/** What the agent's ending alone means for the attempt; undefined: nothing against it. */
export function failureOfSpawn(result: SpawnResult): AttemptFailure | undefined {
  switch (result.status) {
    case "success":
      return undefined;
    case "timeout":
      return { reason: "agent_timeout", message: result.message, isIdle: result.isIdle === true };
    case "error":
      return { reason: "agent_failed", failure: result.failure };
    case "checkpoint":
      return undefined;
    default:
      return unreachable(result);
  }
}
