import { join } from "node:path";
import type { CommandContext } from "../core/commandContext.ts";
import { counted } from "../core/counted.ts";
import { messageOf } from "../core/refusal.ts";
import type { UserRepository } from "../git/userRepository.ts";
import type { AnswerAuthor } from "../planning/agentRequest.ts";
import type { AgentSurroundings } from "../planning/agentSurroundings.ts";
import { type AgentUsage, NOTHING_USED } from "../planning/agentUsage.ts";
import { askResearcher, type ResearchRequest, reasonsToResearch, researchText } from "../planning/researcher.ts";
import { renderResearch } from "../planning/researchSchema.ts";
import { webLinks } from "../planning/webLinks.ts";
import type { Research } from "../types.ts";
import { maskSecrets } from "../verification/secretScan.ts";
import { replaceFile } from "./replacedFile.ts";

const RESEARCH_FILE = "tasks/research.json";

export interface PlanResearch {
  /** What planners are given of it; undefined: nothing. */
  readonly text: string | undefined;
  /** Who looked into it; nobody, or one. */
  readonly authors: readonly AnswerAuthor[];
  readonly usage: AgentUsage;
  /** For the command's report. */
  readonly lines: readonly string[];
}

const NO_RESEARCH: PlanResearch = { text: undefined, authors: [], usage: NOTHING_USED, lines: [] };

export interface ResearchWish {
  /** The feature's whole text. */
  readonly text: string;
  /** Undefined: where the text names technologies or links. */
  readonly isWanted: boolean | undefined;
  readonly request: Omit<ResearchRequest, "webOrigins">;
}

/** Looks into what a feature names before it is planned, and writes `tasks/research.json`. Never ends the command. */
export async function planResearch(
  { text, isWanted, request }: ResearchWish,
  surroundings: AgentSurroundings,
  user: UserRepository,
  context: CommandContext,
): Promise<PlanResearch> {
  const { report } = surroundings;
  const reasons = reasonsToResearch(text);
  if (isWanted === false || (isWanted === undefined && reasons.length === 0)) return NO_RESEARCH;
  const why = reasons.length === 0 ? "as asked" : `the feature names ${reasons.join(", ")}`;
  report("info", `research first: ${why}${isWanted === undefined ? " (--research=off leaves it out)" : ""}`);
  const { origins, notes } = webLinks(text);
  for (const note of notes) report("warn", `researcher: ${note}`);

  const { result, usage } = await askResearcher({ ...request, webOrigins: origins }, surroundings);
  if (surroundings.signal.aborted) return { ...NO_RESEARCH, usage };
  if (!result.ok) {
    report("warn", `planning goes on without research: ${result.failure.news}`);
    return { ...NO_RESEARCH, usage, lines: [`No research: ${result.failure.reason}`] };
  }
  for (const note of result.value.answer.notes) report("warn", `researcher: ${note}`);
  const research = await withoutSecrets(result.value.answer.research);
  const lines = await write(research, user, context);
  return { text: researchText(research), authors: [result.value.author], usage, lines };
}

/** O11: an agent can come upon a key in what it reads; neither the file nor a planner's request may hold it. */
async function withoutSecrets(research: Research): Promise<Research> {
  const mask = (texts: readonly string[]) => Promise.all(texts.map(maskSecrets));
  const { findings, constraints, risks } = research;
  return {
    version: 1,
    findings: await Promise.all(
      findings.map(async ({ says, source }) => ({ says: await maskSecrets(says), source: await maskSecrets(source) })),
    ),
    constraints: await mask(constraints),
    risks: await mask(risks),
  };
}

async function write(research: Research, user: UserRepository, context: CommandContext): Promise<readonly string[]> {
  const { findings, constraints, risks } = research;
  const found = [
    counted(findings.length, "finding"),
    counted(constraints.length, "constraint"),
    counted(risks.length, "risk"),
  ].join(", ");
  try {
    const file = { path: join(user.root, RESEARCH_FILE), shown: RESEARCH_FILE };
    const kept = await replaceFile(file, renderResearch(research), { user, ...context });
    return [`Research: ${found}, in ${RESEARCH_FILE}.`, ...(kept === undefined ? [] : [`${kept}.`])];
  } catch (error) {
    return [`Research: ${found}; ${RESEARCH_FILE} could not be written (${messageOf(error)}).`];
  }
}
