import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { CommandContext, CommandReport } from "../core/commandContext.ts";
import { formatModelRef } from "../core/modelCatalog.ts";
import { inputPath, outputPath, shownPath } from "../core/paths.ts";
import { createLimiter } from "../core/rateLimit.ts";
import { Refusal } from "../core/refusal.ts";
import { describeUsage } from "../core/usageText.ts";
import { Git, requireGit } from "../git/gitProcess.ts";
import { listTrackedFiles } from "../git/trackedFiles.ts";
import { inspectRepository, type UserRepository } from "../git/userRepository.ts";
import { createProgressReporter } from "../monitoring/progressReporter.ts";
import { type FeatureSource, readFeatureRequest } from "../planning/contextFile.ts";
import { parsePlan, renderPlan } from "../planning/planDocument.ts";
import { type PlanningOutcome, runPlanningPhase } from "../planning/planningPhase.ts";
import { repositoryOverview } from "../planning/repositoryOverview.ts";
import type { ModelRef } from "../types.ts";
import { planningModels } from "./planningModels.ts";
import { refuseToReplaceOthers, replaceFile } from "./replacedFile.ts";

export interface PlanFlags {
  /** File that describes the feature. */
  readonly contextFile?: string | undefined;
  /** The feature itself, typed after the flags. */
  readonly text: string;
  readonly output: string;
  readonly agents: number;
  readonly quorum: number;
}

/** `plan`: asks the planning agents, merges what they say, writes the plan. */
export async function planCommand(flags: PlanFlags, context: CommandContext): Promise<CommandReport> {
  const git = new Git(context.environment);
  await requireGit(git);
  const user = await inspectRepository(git, context.directory);
  const path = outputPath(user.root, "output", flags.output);
  const output = {
    path,
    shown: shownPath(user.root, path),
    kind: "a plan",
    isOfKind: (text: string) => parsePlan(text, flags.output).ok,
    isDefault: shownPath(user.root, path) === "tasks/PLAN.md",
  };
  await refuseToReplaceOthers(output);
  const feature = await readFeatureRequest(featureSource(flags, user, context));
  if (flags.quorum > flags.agents) {
    throw new Refusal(`--quorum=${flags.quorum} can never be reached by --agents=${flags.agents}.`);
  }

  const progress = createProgressReporter({ ...context, stream: context.progressStream });
  try {
    const models = planningModels(context, flags.agents, progress);
    const result = await runPlanningPhase({
      feature,
      overview: await overviewOf(git, user),
      agents: flags.agents,
      quorum: flags.quorum,
      models,
      runner: context.runner,
      directory: context.directory,
      timeoutSeconds: context.options.planningTimeoutSeconds,
      limiter: createLimiter(flags.agents),
      signal: context.signal,
      logProgress: (entry) => progress.log(entry),
      clock: context.clock,
    });
    if (!result.ok) throw new Refusal(result.failure);
    const kept = await replaceFile(output, renderPlan(result.value.plan), { user, ...context });
    return report(result.value, [`in ${output.shown}`, ...(kept === undefined ? [] : [kept])], models);
  } finally {
    progress.stop();
  }
}

function featureSource(flags: PlanFlags, user: UserRepository, context: CommandContext): FeatureSource {
  const { contextFile, text } = flags;
  if (contextFile !== undefined && text !== "") {
    throw new Refusal(`The feature is given twice, as --context_file=${contextFile} and as text: leave one out.`);
  }
  if (contextFile !== undefined) {
    return { kind: "file", path: inputPath(user.root, context.directory, contextFile), shown: contextFile };
  }
  if (text !== "") return { kind: "inline", text };
  throw new Refusal(
    "No feature to plan: give a file, 'opencode run plan -- --context_file=feature.md', or text after '--'.",
  );
}

async function overviewOf(git: Git, user: UserRepository): Promise<string> {
  const files = await listTrackedFiles(git, user.root, user.head);
  const readme = files.find((file) => /^readme(\.\w+)?$/i.test(file.path))?.path;
  const text =
    readme === undefined ? undefined : await readFile(join(user.root, readme), "utf8").catch(() => undefined);
  return repositoryOverview(files, text);
}

function report(
  { plan, usage }: PlanningOutcome,
  [where = "", ...kept]: readonly string[],
  models: readonly ModelRef[],
): CommandReport {
  const differences = plan.disagreements.length;
  const items = `${plan.items.length} ${plan.items.length === 1 ? "item" : "items"}`;
  const agents = `${plan.agents.length} ${plan.agents.length === 1 ? "agent" : "agents"} (${plan.agents.join(", ")})`;
  const lines = [
    `Plan: ${plan.title}`,
    `${items} from ${agents} ${where}${differences === 0 ? "." : `; ${differences} disagreements are listed there.`}`,
    ...kept.map((line) => `${line}.`),
    ...plan.missing.map(({ agent, reason }) => `No answer from ${agent}: ${reason}`),
    `${describeUsage({ ...usage, tokensUsed: usage.tokens })}. Models: ${[...new Set(models.map((model) => formatModelRef(model)))].join(", ")}.`,
    "Next: opencode run backlog",
  ];
  return { text: lines.join("\n"), outcome: { done: true } };
}
