import type { AgentRunner } from "../core/agentRunner.ts";
import type { Clock } from "../core/clock.ts";
import type { LogProgress } from "../core/progress.ts";
import { failure, type Result, success } from "../core/result.ts";
import { unreachable } from "../core/unreachable.ts";
import type { Backlog, ModelRef, Plan } from "../types.ts";
import { type ArrangedBacklog, arrangeBacklog } from "./arrangeTasks.ts";
import { draftFromPlan } from "./deterministicDraft.ts";
import { type Finding, formatFinding } from "./diagnostics.ts";
import { DRAFT_SYSTEM, draftPrompt, repairPrompt } from "./draftPrompt.ts";
import { draftSchema, tasksOfAnswer } from "./draftSchema.ts";
import { fitTask } from "./fitTask.ts";
import { cleanLine, cleanText } from "./plainText.ts";
import { renderBacklog } from "./renderBacklog.ts";
import { projectContext } from "./taskMessage.ts";

export interface GenerateBacklogOptions {
  readonly plan: Plan;
  /** As the backlog's `plan` names it, such as tasks/PLAN.md. */
  readonly planFile?: string | undefined;
  readonly trackId: string;
  readonly verify: readonly string[];
  readonly setup: readonly string[];
  readonly runner: AgentRunner;
  /** Undefined: the model of the session the command was started in. */
  readonly model: ModelRef | undefined;
  readonly repositoryRoot: string;
  /** Of each request; there are at most three. */
  readonly timeoutSeconds: number;
  readonly idleTimeoutSeconds?: number | undefined;
  readonly signal: AbortSignal;
  readonly logProgress: LogProgress;
  readonly clock: Clock;
}

export interface GeneratedBacklog {
  readonly backlog: Backlog;
  /** The file to write. */
  readonly text: string;
  /** What a person should know; also at the head of the file. */
  readonly notes: readonly string[];
  readonly draftedBy: "agent" | "plan";
  readonly usage: { readonly requests: number; readonly tokens: number; readonly costUsd: number };
}

export type GenerateFailure =
  | { readonly reason: "aborted" }
  /** Not even the plan itself makes a backlog that works. `message` is for the user. */
  | { readonly reason: "unusable_plan"; readonly message: string };

/** The first answer, and two more with the exact errors. */
const MAX_REQUESTS = 3;
/** As many errors as help; a model mends the first and the rest follow. */
const MAX_ERRORS_SENT = 40;

/**
 * From a plan to a backlog the loader accepts. One agent is asked for a draft; if none can be reached, or what it
 * answers cannot be mended in two more tries, the plan itself is the draft, and the notes say so.
 */
export async function generateBacklog(
  options: GenerateBacklogOptions,
): Promise<Result<GeneratedBacklog, GenerateFailure>> {
  const usage = { requests: 0, tokens: 0, costUsd: 0 };
  const asked = await askForDraft(options, usage);
  switch (asked.outcome) {
    case "aborted":
      return failure({ reason: "aborted" });
    case "drafted":
      return success(finish(asked.draft, ["Drafted by an agent from the plan."], "agent", usage));
    case "no_draft": {
      log(options, "warn", `no usable draft from an agent (${asked.why}); the plan itself is the draft`);
      const own = arrangePlan(options);
      if (!own.ok) return own;
      const note = `Drafted from the plan without a model, one task for each item: ${asked.why}.`;
      return success(finish(own.value, [note], "plan", usage));
    }
    default:
      return unreachable(asked);
  }
}

type DraftOutcome =
  | { readonly outcome: "drafted"; readonly draft: ArrangedBacklog }
  | { readonly outcome: "no_draft"; readonly why: string }
  | { readonly outcome: "aborted" };

async function askForDraft(
  options: GenerateBacklogOptions,
  usage: { requests: number; tokens: number; costUsd: number },
): Promise<DraftOutcome> {
  let prompt = draftPrompt(options.plan);
  let why = "";
  while (usage.requests < MAX_REQUESTS) {
    usage.requests++;
    const result = await options.runner.spawnAgent("backlog", prompt, spawnOptions(options));
    usage.tokens += result.metadata.tokensUsed;
    usage.costUsd += result.metadata.costUsd;
    if (options.signal.aborted) return { outcome: "aborted" };
    switch (result.status) {
      case "timeout":
        return { outcome: "no_draft", why: cleanLine(result.message) };
      case "checkpoint":
        return { outcome: "no_draft", why: "the agent asked a question instead of answering" };
      case "error":
        if (result.failure.reason === "aborted") return { outcome: "aborted" };
        why = cleanLine(result.failure.message);
        if (result.failure.reason !== "invalid_answer") return { outcome: "no_draft", why };
        prompt = repairPrompt(options.plan, "", [why]);
        break;
      case "success": {
        const tasks = tasksOfAnswer(result);
        const arranged = tasks ? arrangeBacklog(backlogValue(options, tasks)) : failure([NO_TASKS]);
        if (arranged.ok) return { outcome: "drafted", draft: arranged.value };
        const errors = arranged.failure.slice(0, MAX_ERRORS_SENT).map(formatFinding);
        why = `its answer could not be used: ${cleanLine(errors[0] ?? "")}`;
        prompt = repairPrompt(options.plan, tasks ? JSON.stringify({ tasks }) : result.text.slice(0, 4_000), errors);
        break;
      }
      default:
        return unreachable(result);
    }
    if (usage.requests < MAX_REQUESTS) log(options, "info", `asking the agent to mend its draft: ${why}`);
  }
  return { outcome: "no_draft", why };
}

const NO_TASKS: Finding = { path: ["tasks"], message: "the answer holds no list of tasks" };

function spawnOptions(options: GenerateBacklogOptions) {
  return {
    directory: options.repositoryRoot,
    title: `Backlog for ${cleanLine(options.plan.title)}`,
    model: options.model,
    timeoutSeconds: options.timeoutSeconds,
    idleTimeoutSeconds: options.idleTimeoutSeconds,
    system: DRAFT_SYSTEM,
    answer: { schema: draftSchema, by: "schema" as const, problemOf: () => undefined },
    signal: options.signal,
  };
}

function arrangePlan(options: GenerateBacklogOptions): Result<ArrangedBacklog, GenerateFailure> {
  const draft = draftFromPlan(options.plan);
  const head = backlogValue(options, []);
  const fitted = draft.tasks.map((task) => fitTask(task, projectContext({ ...head, tasks: draft.tasks })));
  const arranged = arrangeBacklog({ ...head, tasks: fitted.map(({ task }) => task) });
  if (!arranged.ok) {
    const reasons = arranged.failure.slice(0, 10).map(formatFinding);
    return failure({ reason: "unusable_plan", message: `the plan makes no backlog: ${reasons.join("; ")}` });
  }
  const notes = [...draft.notes, ...fitted.flatMap((fit) => fit.notes), ...arranged.value.notes];
  return success({ backlog: arranged.value.backlog, notes });
}

function backlogValue<T>(options: GenerateBacklogOptions, tasks: readonly T[]) {
  const criteria = options.plan.acceptance.map(cleanText).filter((criterion) => criterion !== "");
  return {
    version: 1,
    track_id: options.trackId,
    title: cleanLine(options.plan.title) || options.trackId,
    ...(options.planFile === undefined ? {} : { plan: options.planFile }),
    ...(criteria.length === 0 ? {} : { goal: { criteria, checks: [] } }),
    verify: options.verify,
    setup: options.setup,
    tasks,
  } as const;
}

function finish(
  { backlog, notes }: ArrangedBacklog,
  origin: readonly string[],
  draftedBy: "agent" | "plan",
  usage: GeneratedBacklog["usage"],
): GeneratedBacklog {
  const all = [...origin, ...notes];
  return { backlog, text: renderBacklog(backlog, all), notes: all, draftedBy, usage };
}

function log(options: GenerateBacklogOptions, level: "info" | "warn", message: string): void {
  options.logProgress({ message, level, context: { phaseId: "backlog", timestamp: options.clock.now() } });
}
