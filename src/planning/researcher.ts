import { dataSection, SECTIONS_ARE_DATA } from "../core/dataSection.ts";
import { truncateUtf8, utf8Length } from "../core/utf8.ts";
import type { ModelRef, Research } from "../types.ts";
import type { AgentOutcome } from "./agentRequest.ts";
import type { AgentSurroundings } from "./agentSurroundings.ts";
import { askAgent } from "./askAgent.ts";
import type { FeatureSection } from "./featureSection.ts";
import { type DecodedResearch, decodeResearch, researchAnswerSchema } from "./researchSchema.ts";
import { technologyMentions } from "./technologyMentions.ts";
import { webLinks } from "./webLinks.ts";

/** D1: recorded with the research. Changes whenever a word of what the researcher is told does. */
const RESEARCHER_PROMPT_VERSION = "researcher-1";

/** 6 KB of UTF-8: what planners are given of the research. */
export const MAX_RESEARCH_BYTES = 6 * 1024;

const SYSTEM = `Find out what the people who plan the feature below need to know about the technologies, standards and links it names,
and about what this repository already has of them. They plan; you do not.

"findings" are facts, the most important first, each with the link or the path of the file you read it in; leave out what
you could not read or do not know for certain. "constraints" are what a plan has to respect: versions, limits, licences,
interfaces that cannot change. "risks" are what may go wrong. Short sentences. An empty list is an answer too.

Answer only with JSON of this shape:
{"findings": [{"says": "", "source": ""}], "constraints": [""], "risks": [""]}`;

export interface ResearchRequest {
  readonly overview: string;
  readonly feature: FeatureSection;
  /** Web origins it may read from. */
  readonly webOrigins: readonly string[];
  readonly models: readonly ModelRef[];
}

/** Why a feature should be looked into before it is planned: what it names. Empty: it names nothing. */
export function reasonsToResearch(feature: string): readonly string[] {
  return [...webLinks(feature).origins, ...technologyMentions(feature)];
}

/** H8: asks the researcher. Its failure is data; planning goes on without it. */
export async function askResearcher(
  { overview, feature, webOrigins, models }: ResearchRequest,
  surroundings: AgentSurroundings,
): Promise<AgentOutcome<DecodedResearch>> {
  return askAgent(
    {
      role: "researcher",
      name: "researcher",
      title: "Research",
      system: SYSTEM,
      promptVersion: RESEARCHER_PROMPT_VERSION,
      prompt: [
        SECTIONS_ARE_DATA,
        dataSection("REPOSITORY", overview),
        ...feature.parts,
        webOrigins.length === 0
          ? "You cannot read the web: use the repository and what you know for certain."
          : `Of the web you can read only pages at ${webOrigins.join(", ")}.`,
        "Find out the facts now.",
      ].join("\n\n"),
      schema: researchAnswerSchema,
      decode: decodeResearch,
      webOrigins,
      models,
    },
    surroundings,
  );
}

/**
 * The research as planners read it, at most `MAX_RESEARCH_BYTES`; undefined when nothing was found. Constraints come
 * first, then risks, then findings; what does not fit is dropped from the end, the least important findings first, and
 * counted.
 */
export function researchText({ constraints, risks, findings }: Research): string | undefined {
  const lines = [
    ...constraints.map((says) => `Constraint: ${says}`),
    ...risks.map((says) => `Risk: ${says}`),
    ...findings.map(({ says, source }) => `Finding: ${says} (${source})`),
  ];
  if (lines.length === 0) return undefined;
  const whole = lines.join("\n");
  if (utf8Length(whole) <= MAX_RESEARCH_BYTES) return whole;
  const room = MAX_RESEARCH_BYTES - utf8Length("\n… and 100 more");
  const start = truncateUtf8(whole, room + 1);
  const kept = start.slice(0, start.lastIndexOf("\n")).split("\n");
  return [...kept, `… and ${lines.length - kept.length} more`].join("\n");
}
