import { isDeepStrictEqual } from "node:util";
import { unreachable } from "../core/unreachable.ts";
import type { Plan } from "../types.ts";
import { type PlanDocument, renderBlock } from "./planDocument.ts";
import { type PlanSection, planSections } from "./planProse.ts";
import { type Place, placeOfText, placesOfParagraphs, placesOfSections } from "./sectionPlaces.ts";

export interface PlanRevision {
  readonly text: string;
  /** Titles of sections that a person has edited, so that they still say what they said, though the plan has changed. */
  readonly keptAsEdited: readonly string[];
  /** What no longer stood as it was made and was made anew all the same: "the block", and titles of sections. */
  readonly replacedEdits: readonly string[];
}

/**
 * The document with another plan in it. The same plan changes no byte. Otherwise the block is written anew, and so is
 * each section that still stands as it was made: from `lastMade`, the document as a command last wrote it, or from the
 * document's own plan. Of the others, those in a person's words stay as they are; those that are derived from items
 * are replaced, since the file would contradict its block. What stands beside sections stays, line ends included, and
 * a section that was removed does not come back.
 */
export function revisePlan(document: PlanDocument, plan: Plan, lastMade?: PlanDocument): PlanRevision {
  const isSame = isDeepStrictEqual(document.plan, plan);
  if (isSame && (lastMade === undefined || isDeepStrictEqual(lastMade.plan, plan))) {
    return { text: document.text, keptAsEdited: [], replacedEdits: [] };
  }
  const { start, end } = document.block;
  const block = document.text.slice(start, end);
  const lineEnd = /\r\n?|\n/u.exec(block)?.[0] ?? "\n";
  const inFile = (text: string) => text.replaceAll("\n", lineEnd);

  const versions = [plan, document.plan, ...(lastMade === undefined ? [] : [lastMade.plan])].map(planSections);
  let prose = document.text.slice(0, start);
  const keptAsEdited: string[] = [];
  const replacedEdits = isSame || isAsMade(document, lastMade) ? [] : ["the block"];
  for (const [index, section] of planSections(plan).entries()) {
    const texts = new Set(versions.flatMap((sections) => sections[index]?.text ?? []));
    // A list may begin with all of a shorter one.
    const made = [...texts].toSorted((left, right) => right.length - left.length).map(inFile);
    if (!section.isDerived && made.length === 1) continue;
    const found = findSection(prose, section, made);
    switch (found.state) {
      case "as made":
        prose = replaced(prose, found.places, inFile(section.text));
        break;
      case "edited":
        (section.isDerived ? replacedEdits : keptAsEdited).push(section.title);
        if (section.isDerived) prose = replaced(prose, found.places, inFile(section.text));
        break;
      case "removed":
        break;
      default:
        unreachable(found.state);
    }
  }
  const next = isSame ? block : inFile(renderBlock(plan));
  return { text: prose + next + document.text.slice(end), keptAsEdited, replacedEdits };
}

function isAsMade(document: PlanDocument, lastMade: PlanDocument | undefined): boolean {
  const made = lastMade === undefined ? renderBlock(document.plan) : blockText(lastMade);
  return blockText(document) === made;
}

function blockText({ text, block }: PlanDocument): string {
  return text.slice(block.start, block.end).replaceAll(/\r\n?/gu, "\n");
}

/** `places`: where it stands; several when a person has copied it. None: it was removed. */
interface FoundSection {
  readonly state: "as made" | "edited" | "removed";
  readonly places: readonly Place[];
}

function findSection(prose: string, { begins, isDerived }: PlanSection, made: readonly string[]): FoundSection {
  const places = begins.startsWith("#") ? placesOfSections(prose, begins) : placesOfParagraphs(prose, begins);
  const mayStand = !isDerived || places.length <= 1;
  for (const text of mayStand ? made : []) {
    const place = placeOfText(prose, text);
    if (place === undefined) continue;
    const below = prose.slice(place.end, places[0]?.end);
    if (!isDerived || isOfItsOwn(below)) return { state: "as made", places: [place] };
  }
  return { state: places.length === 0 ? "removed" : "edited", places };
}

/** A line right below a table or a list is part of it, and a heading of the third level begins an item. */
function isOfItsOwn(below: string): boolean {
  const [, first = "", ...rest] = below.split(/\r\n?|\n/u);
  return first.trim() === "" && !rest.some((line) => /^ {0,3}#/u.test(line));
}

/** The new text where the section first stands, and nothing where it stands again. */
function replaced(prose: string, places: readonly Place[], text: string): string {
  return places.reduceRight(
    (rest, { start, end }, index) => rest.slice(0, start) + (index === 0 ? text : "") + rest.slice(end),
    prose,
  );
}
