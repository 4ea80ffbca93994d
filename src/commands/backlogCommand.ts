import { DEFAULT_BACKLOG_FILE } from "../backlog/backlogDocument.ts";
import { TRACK_ID_PATTERN } from "../backlog/backlogSchema.ts";
import { compileBacklog } from "../backlog/compileBacklog.ts";
import { DRAFT_PROMPT_VERSION } from "../backlog/draftPrompt.ts";
import { detectProjectCommands } from "../backlog/projectCommands.ts";
import { readRepositoryFacts } from "../backlog/readRepositoryFacts.ts";
import { trackIdFromTitle } from "../backlog/trackId.ts";
import type { CommandContext, CommandReport } from "../core/commandContext.ts";
import { inputPath, outputPath, shownPath } from "../core/paths.ts";
import { Refusal } from "../core/refusal.ts";
import { sampledModel } from "../core/sampledModel.ts";
import type { BacklogSpec } from "../factory/specRepository.ts";
import type { VersionOrigin } from "../factory/specVersion.ts";
import { Git, requireGit, withoutFinalNewline } from "../git/gitProcess.ts";
import { inspectRepository, type UserRepository } from "../git/userRepository.ts";
import { createProgressReporter } from "../monitoring/progressReporter.ts";
import { readPlanFile } from "../planning/planFile.ts";
import type { Plan } from "../types.ts";
import { type Drafted, draftByModel, draftByPlan } from "./backlogDrafting.ts";
import { backlogDryRun } from "./backlogDryRun.ts";
import { backlogReport } from "./backlogReport.ts";
import { refuseToReplaceOthers, replaceFile } from "./replacedFile.ts";
import { SpecVersions } from "./specVersions.ts";

export interface BacklogFlags {
  readonly planFile: string;
  readonly trackId?: string | undefined;
  readonly output: string;
  /** `plan`: the plan's own items, without a model. */
  readonly draftBy: "model" | "plan";
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

  const found = await refuseToReplaceOthers({
    ...output,
    kind: "a backlog",
    isOfKind: (text) => compileBacklog(output.shown, Buffer.from(text, "utf8")).ok,
    isDefault: output.shown === DEFAULT_BACKLOG_FILE,
  });
  const existing = found === undefined ? undefined : refuseToReplaceWork(found, trackId, output.shown);
  const progress = createProgressReporter({ ...context, stream: context.progressStream });
  try {
    const { options } = context;
    const detected = await detectProjectCommands(root);
    const request = {
      plan,
      planFile: shownPath(root, planPath),
      trackId,
      base: await treeOfHead(git, user),
      verify: options.verify ?? detected.verify,
      setup: options.setup ?? detected.setup,
      facts: await readRepositoryFacts(git, user, context.environment, options.setup),
    };
    const asksNobody = flags.dryRun || flags.draftBy === "plan";
    const drafted = asksNobody ? draftByPlan(request) : await draftByModel(request, planPath, context, progress);
    const { backlog, text } = drafted.generated;
    if (flags.dryRun) return backlogDryRun(drafted, request.facts, context, flags.draftBy);

    const specs = new SpecVersions({ git, user, context, progress, phaseId: "backlog" });
    const planVersion = await specs.planFound({ path: planPath, shown: shownPath(root, planPath) });
    if (existing !== undefined) await specs.backlogFound(existing);
    const kept = await replaceFile(output, text, { user, ...context });
    await specs.backlogMade({ backlog, text, file: output.shown }, backlogOrigin(drafted, planVersion));
    return backlogReport(drafted, output.shown, kept);
  } finally {
    progress.stop();
  }
}

async function readPlan(path: string, shown: string): Promise<Plan> {
  const document = await readPlanFile(path, shown);
  if (document.ok) return document.value.plan;
  throw new Refusal(document.failure);
}

/** What the facts and the tasks are about: the same files have the same tree, whoever committed them and when. */
async function treeOfHead(git: Git, { root, head }: UserRepository): Promise<string> {
  return withoutFinalNewline(await git.must(["rev-parse", "--verify", `${head}^{tree}`], { cwd: root }));
}

/**
 * A backlog that is being worked off is not replaced: its statuses say what has landed.
 * @returns the one that may be replaced, if there is one
 */
function refuseToReplaceWork(existing: string, trackId: string, shown: string): BacklogSpec | undefined {
  const compiled = compileBacklog(shown, Buffer.from(existing, "utf8"));
  if (!compiled.ok) return undefined;
  const { backlog } = compiled.value;
  const begun = backlog.tasks.some((task) => task.status !== "pending");
  if (begun && backlog.track_id === trackId) {
    throw new Refusal(
      `${shown} has been worked on (track ${backlog.track_id}) and holds what came of it: choose another --track_id or --output, or remove the file.`,
    );
  }
  return { backlog, text: existing, file: shown };
}

function backlogOrigin({ author }: Drafted, plan: string | undefined): VersionOrigin {
  if (author === undefined) return { author: "agent", reason: "the plan's own items, without a model", plan };
  const models = [sampledModel(author.model, author.usage.sampling)];
  return { author: "agent", reason: "drafted from the plan", models, prompt: DRAFT_PROMPT_VERSION, plan };
}
