import { createHash } from "node:crypto";
import { seededRandom } from "../mutations.ts";
import { BAD_FAMILIES } from "./badFamilies.ts";
import type { Family } from "./family.ts";
import { GOOD_FAMILIES } from "./goodFamilies.ts";
import { PROJECTS } from "./projects.ts";
import { type LabelledTrace, type Stage, TraceWriter, taskOf } from "./traceWriter.ts";

const STAGES_PER_FAMILY = 4;

/** Every family on several stages. */
export const CORPUS: readonly LabelledTrace[] = [
  ...GOOD_FAMILIES.flatMap((family) => tracesOf(family, "good")),
  ...BAD_FAMILIES.flatMap((family) => tracesOf(family, family.verdict)),
];

/**
 * True for traces that were set aside before any threshold was chosen. Whole families are: traces of one family are
 * too alike for one half to say anything about the other.
 */
export function isSetAside({ family }: Pick<LabelledTrace, "family">): boolean {
  return numberFrom(`half ${family}`) % 2 === 0;
}

function tracesOf(family: Family, verdict: LabelledTrace["verdict"]): LabelledTrace[] {
  return Array.from({ length: STAGES_PER_FAMILY }, (_, index) => {
    const name = `${family.family} ${index + 1}`;
    const stage = stageOf(name, index);
    const writer = new TraceWriter(stage.random);
    family.play(writer, stage);
    return { family: family.family, name, verdict, task: taskOf(stage, family.sketch?.(stage)), events: writer.events };
  });
}

function stageOf(name: string, index: number): Stage {
  const seed = numberFrom(name);
  const project = PROJECTS[(seed + index) % PROJECTS.length] ?? PROJECTS[0];
  if (project === undefined) throw new Error("there are no projects");
  // The last part of each project lies apart; tasks are about the others.
  const chosen = (seed >>> 8) % 3;
  const part = project.parts[chosen] ?? project.parts[0];
  const others = project.parts.filter((other) => other !== part);
  const test = project.testOf(part);
  return { project, part, others, test, check: project.checkOf(test), random: seededRandom(seed) };
}

function numberFrom(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE(0);
}
