import { basename } from "node:path";
import { type GeneratedBacklog, generateBacklog } from "../backlog/backlogGenerator.ts";
import { TRACK_ID_PATTERN } from "../backlog/backlogSchema.ts";
import { compileBacklog } from "../backlog/compileBacklog.ts";
import { detectProjectCommands } from "../backlog/projectCommands.ts";
import { trackIdFromTitle } from "../backlog/trackId.ts";
import { type AgentRunner, nothingSpent } from "../core/agentRunner.ts";
import type { CommandContext, CommandReport } from "../core/commandContext.ts";
import { readTextIfExists } from "../core/files.ts";
import { parseModelRef } from "../core/modelCatalog.ts";
import { inputPath, outputPath, shownPath } from "../core/paths.ts";
import { Refusal } from "../core/refusal.ts";
import { describeUsage } from "../core/usageText.ts";
import { Git, requireGit } from "../git/gitProcess.ts";
import { inspectRepository } from "../git/userRepository.ts";
import { createProgressReporter } from "../monitoring/progressReporter.ts";
import { parsePlan } from "../planning/planDocument.ts";
import type { ModelRef, Plan } from "../types.ts";
import { refuseToReplaceOthers, replaceFile } from "./replacedFile.ts";

export interface BacklogFlags {
  readonly planFile: string;
  readonly trackId?: string | undefined;
  readonly output: string;
  readonly dryRun: boolean;
}

/** `backlog`: turns the plan into a checked graph of tasks and writes it. */
export async function backlogCommand(flags: BacklogFlags, context: CommandContext): Promise<CommandReport> {
  const git = new Git(context.environment);
  await requireGit(git);
  const user = await inspectRepository(git, context.directory);
  const { root } = user;
  const path = outputPath(root, "output", flags.output);
  const output = { path, shown: shownPath(root, path) };
  const planPath = inputPath(root, context.directory, flags.planFile);
  const plan = await readPlan(planPath, shownPath(root, planPath));
  const trackId = flags.trackId ?? trackIdFromTitle(plan.title);
  if (!new RegExp(TRACK_ID_PATTERN).test(trackId)) {
    throw new Refusal(
      `--track_id: '${trackId}' is not a track id; expected a-z, 0-9 and '-', at most 48, not starting with '-'.`,
    );
  }

  await refuseToReplaceOthers({
    ...output,
    kind: "a backlog",
    isOfKind: (text) => compileBacklog(output.shown, Buffer.from(text, "utf8")).ok,
    isDefault: output.shown === "tasks/BACKLOG.yaml",
  });
  await refuseToReplaceWork(path, trackId, output.shown);
  const progress = createProgressReporter({ ...context, stream: context.progressStream });
  try {
    const detected = await detectProjectCommands(root);
    const generated = await generateBacklog({
      plan,
      planFile: shownPath(root, planPath),
      trackId,
      verify: context.options.verify ?? detected.verify,
      setup: context.options.setup ?? detected.setup,
      runner: flags.dryRun ? NO_AGENT : context.runner,
      model: flags.dryRun ? undefined : draftingModel(context),
      repositoryRoot: context.directory,
      timeoutSeconds: context.options.planningTimeoutSeconds,
      idleTimeoutSeconds: context.options.idleTimeoutSeconds,
      signal: context.signal,
      logProgress: (entry) => progress.log(entry),
      clock: context.clock,
    });
    if (!generated.ok) {
      if (generated.failure.reason === "aborted")
        throw new Refusal("Interrupted; no backlog was written. Run backlog again.");
      throw new Refusal(generated.failure.message);
    }
    if (flags.dryRun) return report(generated.value, "nothing was written (--dry_run)", "backlog");
    const kept = await replaceFile(output, generated.value.text, { user, ...context });
    return report(generated.value, `in ${output.shown}`, "implement", kept);
  } finally {
    progress.stop();
  }
}

async function readPlan(path: string, shown: string): Promise<Plan> {
  const text = await readTextIfExists(path);
  if (text === undefined) throw new Refusal(`${shown}: there is no such file; make one with 'opencode run plan'.`);
  const plan = parsePlan(text, shown);
  if (plan.ok) return plan.value;
  throw new Refusal(plan.failure.message);
}

function draftingModel(context: CommandContext): ModelRef | undefined {
  const { models, options } = context;
  const name = options.models.backlog;
  const configured = name === undefined ? undefined : parseModelRef(name);
  if (configured !== undefined && !models.has(configured)) {
    throw new Refusal(`models.backlog: ${models.explainMissing(configured)}`);
  }
  return configured ?? models.sessionModel;
}

/** A backlog that is being worked off is not replaced: its statuses say what has landed. */
async function refuseToReplaceWork(path: string, trackId: string, shown: string): Promise<void> {
  const existing = await readTextIfExists(path);
  if (existing === undefined) return;
  const compiled = compileBacklog(basename(path), Buffer.from(existing, "utf8"));
  if (!compiled.ok) return;
  const { backlog } = compiled.value;
  const begun = backlog.tasks.some((task) => task.status !== "pending");
  if (begun && backlog.track_id === trackId) {
    throw new Refusal(
      `${shown} has been worked on (track ${backlog.track_id}) and holds what came of it: choose another --track_id or --output, or remove the file.`,
    );
  }
}

/** A dry run spends nothing: the plan itself is the draft. */
const NO_AGENT: AgentRunner = {
  spawnAgent: () =>
    Promise.resolve({
      status: "error",
      failure: { reason: "model_unavailable", message: "a dry run asks no model", retryable: false },
      metadata: nothingSpent(undefined),
    }),
};

function report(generated: GeneratedBacklog, where: string, next: string, kept?: string): CommandReport {
  const { backlog, notes, usage } = generated;
  const lines = [
    `Backlog ${backlog.track_id}: ${backlog.tasks.length} tasks, ${where}.`,
    ...backlog.tasks.map(({ id, title, depends_on }) => {
      const after = depends_on.length === 0 ? "" : `  (after ${depends_on.join(", ")})`;
      return `  ${id}  ${title}${after}`;
    }),
    ...notes,
    ...(kept === undefined ? [] : [`${kept}.`]),
    `${describeUsage({ tokensUsed: usage.tokens, costUsd: usage.costUsd })}.`,
    `Next: opencode run ${next}`,
  ];
  return { text: lines.join("\n"), outcome: { done: true } };
}
