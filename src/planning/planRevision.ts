import { isDeepStrictEqual } from "node:util";
import type { Plan } from "../types.ts";
import { type PlanDocument, renderBlock } from "./planDocument.ts";
import { type PlanSection, planSections } from "./planProse.ts";

export interface PlanRevision {
  readonly text: string;
  /** Titles of sections that a person has edited, so that they still say what they said, though the plan has changed. */
  readonly keptAsEdited: readonly string[];
}

/**
 * The document with another plan in it. The same plan changes no byte. Otherwise the block is written anew, and each
 * section that still stands as it was made is made anew; whatever a person wrote, changed, moved or removed stays as it
 * is, line ends included.
 */
export function revisePlan(document: PlanDocument, plan: Plan): PlanRevision {
  if (isDeepStrictEqual(document.plan, plan)) return { text: document.text, keptAsEdited: [] };
  const { start, end } = document.block;
  const lineEnd = /\r\n?|\n/u.exec(document.text.slice(start, end))?.[0] ?? "\n";
  const inFile = (text: string) => text.replaceAll("\n", lineEnd);

  const before = planSections(document.plan);
  const after = planSections(plan);
  let prose = document.text.slice(0, start);
  const keptAsEdited: string[] = [];
  for (const [index, section] of after.entries()) {
    const earlier = before[index];
    if (earlier === undefined || earlier.text === section.text) continue;
    const at = placeOf(inFile(earlier.text), prose);
    if (at >= 0) prose = prose.slice(0, at) + inFile(section.text) + prose.slice(at + inFile(earlier.text).length);
    else if (hasHeading(prose, earlier)) keptAsEdited.push(section.title);
  }
  return { text: prose + inFile(renderBlock(plan)) + document.text.slice(end), keptAsEdited };
}

/** Where `section` stands in `prose` on lines of its own, if it does so once; else -1. */
function placeOf(section: string, prose: string): number {
  const at = prose.indexOf(section);
  if (at < 0 || prose.includes(section, at + 1)) return -1;
  const before = prose.slice(0, at).at(-1) ?? "\n";
  const after = prose[at + section.length] ?? "\n";
  return /[\r\n\u{feff}]/u.test(before) && /[\r\n]/u.test(after) ? at : -1;
}

function hasHeading(prose: string, { text }: PlanSection): boolean {
  const [heading = ""] = text.split("\n", 1);
  return prose.split(/\r\n?|\n/u).some((line) => line.trim() === heading);
}
