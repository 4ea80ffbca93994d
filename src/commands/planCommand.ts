import { realpath } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { readBoundedFile } from "../core/boundedFile.ts";
import type { CommandContext, CommandReport } from "../core/commandContext.ts";
import { counted } from "../core/counted.ts";
import { kilobytes } from "../core/kilobytes.ts";
import { formatModelRef } from "../core/modelCatalog.ts";
import { inputPath, outputPath, shownPath } from "../core/paths.ts";
import { createLimiter } from "../core/rateLimit.ts";
import { Refusal } from "../core/refusal.ts";
import { sampledModel } from "../core/sampledModel.ts";
import { stateDirectoryFor } from "../core/stateDirectory.ts";
import { describeUsage } from "../core/usageText.ts";
import { utf8Length } from "../core/utf8.ts";
import { lastMadePlan } from "../factory/specHistory.ts";
import type { VersionOrigin } from "../factory/specVersion.ts";
import { Git, requireGit } from "../git/gitProcess.ts";
import { listTrackedFiles } from "../git/trackedFiles.ts";
import { inspectRepository, type UserRepository } from "../git/userRepository.ts";
import { createProgressReporter } from "../monitoring/progressReporter.ts";
import type { ProgressReporter } from "../monitoring/reporter.ts";
import type { AnswerAuthor } from "../planning/agentRequest.ts";
import { type AgentUsage, addUsage } from "../planning/agentUsage.ts";
import { type FeatureSource, readFeatureRequest } from "../planning/contextFile.ts";
import { featureSection } from "../planning/featureSection.ts";
import { spreadModels } from "../planning/modelQueue.ts";
import { parsePlan, renderPlan } from "../planning/planDocument.ts";
import { readPlanFile } from "../planning/planFile.ts";
import type { PlanningMaterial } from "../planning/planningAgents.ts";
import { runPlanningPhase } from "../planning/planningPhase.ts";
import { type PlanRevision, revisePlan } from "../planning/planRevision.ts";
import { repositoryOverview } from "../planning/repositoryOverview.ts";
import type { Plan } from "../types.ts";
import { describeSecret, scanForSecrets } from "../verification/secretScan.ts";
import { planningModels } from "./planningModels.ts";
import { planningSurroundings } from "./planningSurroundings.ts";
import { planResearch } from "./planResearch.ts";
import { refuseToReplaceOthers, replaceFile } from "./replacedFile.ts";
import { SpecVersions } from "./specVersions.ts";

/** Only its beginning is told; a larger one is no text for people. */
const MAX_README_BYTES = 1024 * 1024;

export interface PlanFlags {
  /** File that describes the feature. */
  readonly contextFile?: string | undefined;
  /** The feature itself, typed after the flags. */
  readonly text: string;
  readonly output: string;
  readonly agents: number;
  readonly quorum: number;
  /** Look into what the feature names first; undefined: where it names technologies or links. */
  readonly research?: boolean | undefined;
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
    isOfKind: (text: string) => parsePlan(text).ok,
    isDefault: shownPath(user.root, path) === "tasks/PLAN.md",
  };
  await refuseToReplaceOthers(output);
  const feature = await readFeatureRequest(featureSource(flags, user, context));
  if (flags.quorum > flags.agents) {
    throw new Refusal(`--quorum=${flags.quorum} can never be reached by --agents=${flags.agents}.`);
  }

  await refuseKeysIn(feature, flags.contextFile ?? "the feature text");
  const section = featureSection(feature, await readableByAgents(flags, user, context));

  const startedAt = context.clock.now();
  const progress = createProgressReporter({ ...context, stream: context.progressStream });
  try {
    const material = { overview: await overviewOf(git, user), feature: section };
    const { plan, usage, authors, notes } = await planFeature({ flags, feature, material, user }, context, progress);
    const { controlGit } = stateDirectoryFor(user.commonDir, context.environment);
    const lastMade = await lastMadePlan(git, controlGit, output.shown).catch(() => undefined);
    const { text, keptAsEdited, replacedEdits } = await planText(plan, output, lastMade);
    const specs = new SpecVersions({ git, user, context, progress, phaseId: "plan" });
    await specs.planFound(output);
    const kept = await replaceFile(output, text, { user, ...context });
    await specs.planMade(output.shown, text, planOrigin(plan, authors));
    return report({
      plan,
      usage: { ...usage, durationMs: context.clock.now() - startedAt },
      notes: [
        ...(kept === undefined ? [] : [`${replacedEditsText(replacedEdits)}${kept}.`]),
        ...(keptAsEdited.length === 0 ? [] : [`Left as edited by hand: ${keptAsEdited.join(", ")}.`]),
        ...notes,
      ],
      shown: output.shown,
    });
  } finally {
    progress.stop();
  }
}

/** Before anything is asked or shown: no key or token leaves the machine with the feature. */
async function refuseKeysIn(feature: string, name: string): Promise<void> {
  const { found } = await scanForSecrets(feature);
  if (found.length === 0) return;
  throw new Refusal(
    `${name} holds ${found.map(describeSecret).join(", ")}: take it out, or put secretlint-disable-line in a comment on the line of one that is only an example. Nothing was sent.`,
  );
}

/**
 * A plan that is made again for the same feature leaves in the file what a person wrote there. `lastMade`: the file as
 * we last wrote it, which tells what a person has edited since; the feature is the same, too, when only its title was.
 */
async function planText(
  plan: Plan,
  { path, shown }: { path: string; shown: string },
  lastMade: string | undefined,
): Promise<PlanRevision> {
  const earlier = await readPlanFile(path, shown);
  const made = lastMade === undefined ? undefined : parsePlan(lastMade);
  const reference = made?.ok ? made.value : undefined;
  const titles = [earlier.ok ? earlier.value.plan.title : undefined, reference?.plan.title];
  if (earlier.ok && titles.includes(plan.title)) return revisePlan(earlier.value, plan, reference);
  return { text: renderPlan(plan), keptAsEdited: [], replacedEdits: [] };
}

function replacedEditsText(edits: readonly string[]): string {
  return edits.length === 0 ? "" : `Replaced by the new plan, though edited by hand: ${edits.join(", ")}. `;
}

function planOrigin({ agents }: Plan, authors: readonly AnswerAuthor[]): VersionOrigin {
  return {
    author: "agent",
    reason: `merged from the answers of ${agents.join(", ")}`,
    models: [...new Set(authors.map(({ model, sampling }) => sampledModel(model, sampling)))],
    prompt: [...new Set(authors.map(({ promptVersion }) => promptVersion))].join(", "),
  };
}

interface PlanWork {
  readonly flags: PlanFlags;
  /** The whole of it. */
  readonly feature: string;
  readonly material: PlanningMaterial;
  readonly user: UserRepository;
}

/** Everything agents do: research where it is wanted, then the plan. */
async function planFeature(
  { flags, feature, material, user }: PlanWork,
  context: CommandContext,
  progress: ProgressReporter,
) {
  const surroundings = planningSurroundings(context, progress);
  const models = planningModels(context, flags.agents, surroundings.report);
  const { leftOut } = material.feature;
  for (const line of partInRequests(feature, leftOut)) surroundings.report("info", line);
  const [researcher = []] = await spreadModels(models.spread, 1, surroundings.memory);
  const wish = { text: feature, isWanted: flags.research, request: { ...material, models: researcher } };
  const research = await planResearch(wish, surroundings, user, context);
  const { agents, quorum } = flags;
  const request = {
    material: { ...material, research: research.text },
    agents,
    quorum,
    models,
    limiter: createLimiter(agents),
  };
  const planned = await runPlanningPhase(request, surroundings);
  if (!planned.ok) throw new Refusal(planned.failure);
  return {
    plan: planned.value.plan,
    authors: [...research.authors, ...planned.value.authors],
    usage: addUsage(research.usage, planned.value.usage),
    notes: [...research.lines, ...partInRequests(feature, leftOut)],
  };
}

function partInRequests(feature: string, leftOut: number): readonly string[] {
  if (leftOut === 0) return [];
  const size = utf8Length(feature);
  const shown = `${kilobytes(size - leftOut)} of ${kilobytes(size)}`;
  return [`Of the feature, ${shown} were in the requests; the rest was left to the agents to read from its file.`];
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
  const read = readme === undefined ? undefined : await readBoundedFile(join(user.root, readme), MAX_README_BYTES);
  return repositoryOverview(files, read?.ok ? read.value.toString("utf8") : undefined);
}

/** Where agents can read the feature's file, relative to the folder they work in. Undefined: nowhere. */
async function readableByAgents(
  { contextFile }: PlanFlags,
  user: UserRepository,
  { directory }: CommandContext,
): Promise<string | undefined> {
  if (contextFile === undefined) return undefined;
  const path = await realpath(inputPath(user.root, directory, contextFile));
  const isInside = path.startsWith(`${await realpath(user.root)}${sep}`);
  return isInside ? relative(await realpath(directory), path) : undefined;
}

interface Planned {
  readonly plan: Plan;
  readonly usage: AgentUsage & { readonly durationMs: number };
  readonly notes: readonly string[];
  /** How the plan's file is named. */
  readonly shown: string;
}

function report({ plan, usage, notes, shown }: Planned): CommandReport {
  const differences = plan.disagreements.length;
  const listed = `; ${counted(differences, "disagreement")} ${differences === 1 ? "is" : "are"} listed there.`;
  const agents = `${counted(plan.agents.length, "agent")} (${plan.agents.join(", ")})`;
  const lines = [
    `Plan: ${plan.title}`,
    `${counted(plan.items.length, "item")} from ${agents} in ${shown}${differences === 0 ? "." : listed}`,
    ...notes,
    ...plan.missing.map(({ agent, reason }) => `No answer from ${agent}: ${reason}`),
    `${describeUsage({ ...usage, tokensUsed: usage.tokens })}. Models: ${usage.models.map(formatModelRef).join(", ")}.`,
    "Next: opencode run backlog",
  ];
  return { text: lines.join("\n"), outcome: { done: true } };
}
