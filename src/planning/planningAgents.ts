import { dataSection, SECTIONS_ARE_DATA } from "../core/dataSection.ts";
import type { PlanningPerspective } from "../types.ts";
import type { FeatureSection } from "./featureSection.ts";

/** D1: recorded with every plan. Changes whenever a word of what planners are told does; a test holds it to that. */
export const PLANNER_PROMPT_VERSION = "planner-2";

/** One agent to ask: its name, unique within a plan, and its system text. */
export interface PlanningAgent {
  readonly name: string;
  readonly perspective: PlanningPerspective;
  readonly system: string;
}

const PERSPECTIVES: readonly PlanningPerspective[] = ["architecture", "delivery", "risk"];

const POINTS_OF_VIEW: Readonly<Record<PlanningPerspective, string>> = {
  architecture: `You are the architect. Look at where the feature belongs in the code that exists: which modules change, which
interfaces and data it needs, what can be reused. Prefer the smallest change that fits the structure that is there.`,
  delivery: `You are responsible for delivery. Cut the feature into the fewest steps that can each be built and checked by
themselves, so that as many as possible can be built at the same time. State only dependencies that are real.`,
  risk: `You are responsible for risk and testing. Look for what can break: existing behaviour, wrong input, failure
half-way, security, upgrades. Plan the tests that would notice, next to the work that makes them pass.`,
};

const TASK = `Plan the feature the user describes for this repository. You may read files and search; you change nothing.
Read the files you name before you name them. Plan what is asked, no more.

Each item is one piece of work for a developer who sees only that item: what to do, where, and how to tell that it is
done. "files" are the paths it writes, relative to the repository's root, those it creates included; as few as it needs
and at most 3 large ones. Two items should not write the same file unless one depends on the other. Tests belong to the
item whose work they check. "acceptance" holds facts that can be checked, with the repository's own commands where it
has them. "depends_on" holds ids of items that must be done before.

Answer only with JSON of this shape:
{"title": "", "goal": "", "approach": "", "items": [{"id": "1", "title": "", "description": "", "files": [""],
"depends_on": [""], "acceptance": [""], "effort": "small | medium | large"}], "risks": [""], "acceptance": [""]}`;

/** `count` agents, at least one: architecture, delivery, risk, then architecture-2, delivery-2, and so on. */
export function planningAgents(count: number): PlanningAgent[] {
  return Array.from({ length: count }, (_, index) => {
    const perspective = PERSPECTIVES[index % PERSPECTIVES.length] ?? "architecture";
    const round = Math.floor(index / PERSPECTIVES.length) + 1;
    return {
      name: round === 1 ? perspective : `${perspective}-${round}`,
      perspective,
      system: `${POINTS_OF_VIEW[perspective]}\n\n${TASK}`,
    };
  });
}

/** Optional parts are left out where there is nothing to say. */
export interface PlanningMaterial {
  readonly overview: string;
  readonly feature: FeatureSection;
  /** What the researcher found out, as text. */
  readonly research?: string | undefined;
}

/** What every agent is asked. */
export function planningPrompt({ overview, feature, research }: PlanningMaterial): string {
  return [
    SECTIONS_ARE_DATA,
    dataSection("REPOSITORY", overview),
    ...(research === undefined ? [] : [dataSection("RESEARCH", research)]),
    ...feature.parts,
    "Plan the feature now.",
  ].join("\n\n");
}
