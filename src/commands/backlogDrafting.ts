import { relative } from "node:path";
import { backlogFromAgent, listFindings } from "../backlog/backlogGenerator.ts";
import { backlogFromPlan } from "../backlog/deterministicDraft.ts";
import { type BacklogRequest, type GeneratedBacklog, problemsOfRequest } from "../backlog/draftedBacklog.ts";
import { type DraftingAgent, type DraftUsage, LONGEST_DRAFT_WAIT_MS, type NoDraft } from "../backlog/draftingAgent.ts";
import type { CommandContext } from "../core/commandContext.ts";
import { formatModelRef, parseModelRef } from "../core/modelCatalog.ts";
import { Refusal } from "../core/refusal.ts";
import { unreachable } from "../core/unreachable.ts";
import { describeUsage } from "../core/usageText.ts";
import type { ProgressReporter } from "../monitoring/reporter.ts";
import { describeCooling, timeOfDay } from "../planning/cooldownText.ts";
import { modelEnding, rememberEnding } from "../recovery/modelEndings.ts";
import { ModelMemory } from "../recovery/modelMemory.ts";
import type { ModelRef } from "../types.ts";
import { waitForModel } from "./modelWait.ts";

/** What to do when a model gives no backlog; also where there is no model at all. */
const WITHOUT_A_MODEL = "take the plan's own items as tasks with --draft=plan, which asks no model";

export interface Drafted {
  readonly generated: GeneratedBacklog;
  /** Undefined: nobody was asked. */
  readonly author: { readonly model: ModelRef; readonly usage: DraftUsage } | undefined;
}

/** The plan's own items. Throws Refusal where they make no backlog. */
export function draftByPlan(request: BacklogRequest): Drafted {
  refuseUnusable(request);
  const generated = backlogFromPlan(request);
  if (generated.ok) return { generated: generated.value, author: undefined };
  throw new Refusal(
    `The plan makes no backlog:\n${listFindings(generated.failure)}\nNo backlog was written: mend ${request.planFile ?? "the plan"}, or draft with a model.`,
  );
}

/**
 * A draft of the model of `models.backlog`, else of the session's. Throws Refusal, which says what the user can do, where
 * there is none that the compiler accepts.
 *
 * @param planPath absolute
 */
export async function draftByModel(
  request: BacklogRequest,
  planPath: string,
  context: CommandContext,
  progress: Pick<ProgressReporter, "log">,
): Promise<Drafted> {
  refuseUnusable(request);
  const model = draftingModel(context);
  const report: DraftingAgent["report"] = (level, message) =>
    progress.log({ message, level, context: { phaseId: "backlog", timestamp: context.clock.now() } });
  const memory = new ModelMemory(context.environment, context.clock, (message) => report("warn", message));
  await waitUntilAsked(model, memory, context, report);
  // X11: by schema, unless the model cannot, by its provider's word or by its own deed.
  const withoutTools = context.models.facts(model)?.canCallTools === false;
  const isInWords = withoutTools || (await memory.failsAtStructuredOutput(model));
  const planFile = relative(context.directory, planPath);
  report("info", `asking ${formatModelRef(model)} for a draft`);
  const { result, usage } = await backlogFromAgent(request, {
    runner: context.runner,
    model,
    by: isInWords ? "text" : "schema",
    withoutTools,
    directory: context.directory,
    ...(planFile.startsWith("..") ? {} : { planFile }),
    timeoutSeconds: context.options.planningTimeoutSeconds,
    idleTimeoutSeconds: context.options.idleTimeoutSeconds,
    signal: context.signal,
    clock: context.clock,
    pause: context.pause,
    report,
    note: (ended) => rememberEnding(memory, model, "backlog", modelEnding(ended)),
  });
  if (usage.failedStructuredOutput) await memory.rememberFailedStructuredOutput(model);
  if (!result.ok) throw noBacklog(result.failure, model, usage, context.clock.now());
  return { generated: result.value, author: { model, usage } };
}

/** Throws Refusal where no model can be asked. */
function draftingModel({ models, options }: CommandContext): ModelRef {
  const name = options.models.backlog;
  const configured = name === undefined ? undefined : parseModelRef(name);
  const model = configured ?? models.sessionModel;
  if (model === undefined) {
    throw new Refusal(
      `No model is connected: run 'opencode auth login', set \`model\` in opencode.json, or ${WITHOUT_A_MODEL}.`,
    );
  }
  if (models.has(model)) return model;
  const option = configured === undefined ? "" : "models.backlog: ";
  throw new Refusal(`${option}${models.explainMissing(model)} Or ${WITHOUT_A_MODEL}.`);
}

/** There is no other model to ask: it is waited for, or the user told when it answers again. */
async function waitUntilAsked(
  model: ModelRef,
  memory: ModelMemory,
  { clock, options, pause, signal }: CommandContext,
  report: DraftingAgent["report"],
): Promise<void> {
  // Who allows a draft so much time does not want to wait for longer than that.
  const longestWaitMs = Math.min(LONGEST_DRAFT_WAIT_MS, options.planningTimeoutSeconds * 1_000);
  const around = { memory, longestWaitMs, clock, pause, signal, report };
  const cooldown = await waitForModel(model, "backlog", around);
  if (cooldown === undefined) return;
  if (signal.aborted) throw interrupted();
  const asked = `run backlog again after that, name another model in models.backlog, or ${WITHOUT_A_MODEL}`;
  throw new Refusal(
    `No backlog was written: ${describeCooling({ model, ...cooldown })}; ${asked} (to ask it now, remove ${memory.folder}).`,
  );
}

function interrupted(): Refusal {
  return new Refusal("Interrupted; no backlog was written. Run backlog again.");
}

function noBacklog(failed: NoDraft, model: ModelRef, usage: DraftUsage, now: number): Refusal {
  const name = formatModelRef(model);
  const spent = describeUsage({ tokensUsed: usage.tokens, costUsd: usage.costUsd });
  const advice = `run backlog again, name another model in models.backlog, or ${WITHOUT_A_MODEL} (${spent} used)`;
  switch (failed.reason) {
    case "aborted":
      return interrupted();
    case "refused": {
      const errors = failed.errors.split("\n").filter((line) => line !== "");
      const first = (errors[0] ?? "").replace(/^- /u, "");
      return new Refusal(
        [
          `The draft of ${name}, after its corrections:`,
          ...errors,
          `No backlog was written: the draft of ${name} has errors, the first: ${first}; ${advice}.`,
        ].join("\n"),
      );
    }
    case "unanswered": {
      const { retryAt = 0 } = failed;
      const again = retryAt > now ? ` (it answers again at ${timeOfDay(retryAt)})` : "";
      return new Refusal(`No backlog was written: ${name}: ${failed.message}${again}; ${advice}.`);
    }
    default:
      return unreachable(failed);
  }
}

/** Before anything is asked: commands that come from the options, and that no draft can mend. */
function refuseUnusable(request: BacklogRequest): void {
  const problems = problemsOfRequest(request);
  if (problems.length === 0) return;
  throw new Refusal(
    `No backlog was written: the commands of the options cannot be used:\n${listFindings(problems)}\nChange \`verify\` or \`setup\` in the plugin's options; ${problems[0]?.message ?? ""}.`,
  );
}
