import { dataSection, SECTIONS_ARE_DATA } from "../core/dataSection.ts";
import { truncateUtf8, utf8Length } from "../core/utf8.ts";
import type { MergedItem, Plan } from "../types.ts";
import { MAX_COMPLEX_FILES } from "./complexFiles.ts";
import type { RepositoryFacts } from "./repositoryFacts.ts";
import { repositoryMap } from "./repositoryMap.ts";
import { COMPILED_TASK_BYTES } from "./taskMessage.ts";

/** D1: recorded with every draft. Changes whenever a word of what the drafting agent is told does; a test holds it to that. */
export const DRAFT_PROMPT_VERSION = "draft-2";

/** What holds for every drafted task, also for those of a gap plan. */
export const GOOD_TASK = `A good task:
- can be done and checked by someone who sees only its own text: title, description, files, reads, context;
- is small: all its text together stays well under ${COMPILED_TASK_BYTES} bytes;
- changes few files, at most ${MAX_COMPLEX_FILES} of them large, and names every one it may write, tests and new ones included, by paths
  from the repository's root; no file that is generated or ignored, none of git's or OpenCode's;
- shares no file with a task that can run at the same time: where two must write one file, one depends on the other;
- depends only on tasks whose result it really needs, and is listed after them;
- has acceptance commands that fail before its work and pass after it, run by programs this repository already uses;
  none that passes whatever was done, none that deletes, publishes or needs a person;
- says how hard it is: "documentation" for words only, "simple" where the way is clear, "complex" where it has to be found.`;

export const DRAFT_SYSTEM = `You split a software plan into tasks for workers who run side by side, each in its own copy of the repository.
You may read files and search; you change nothing. Read the files you name before you name them.

${GOOD_TASK}

"goal_checks" are commands that pass once all tasks are done and show that the plan's criteria are met; none is needed.
Keep the plan's goal and its decisions. Leave no item of it out and add no task it does not call for.
Answer by the given schema only.`;

/**
 * 22 KB of plan and map stand in a request: with OpenCode's own part (14 KB) and the schema (2 KB) it stays under 40 KB.
 * The map has 12 KB of them and gives way to the plan down to 4 KB; then the plan's longer texts are cut. Ids, titles,
 * files and dependencies are never left out, so a plan of hundreds of items takes more.
 */
const MATERIAL_BYTES = 22 * 1024;
const MAP_BYTES = 12 * 1024;
const LEAST_MAP_BYTES = 4 * 1024;
/** Bytes left of each text of a plan that is too long, tried in turn. */
const TEXT_LIMITS = [1_200, 600, 300, 150, 80] as const;

export interface DraftMaterial {
  readonly plan: Plan;
  /** Undefined: nothing is said about the repository. */
  readonly facts?: RepositoryFacts | undefined;
}

/** @param planFile where the agent can read the whole plan */
export function draftPrompt({ plan, facts }: DraftMaterial, planFile?: string): string {
  const { text, isCut } = planText(plan, MATERIAL_BYTES - (facts === undefined ? 0 : LEAST_MAP_BYTES));
  const room = Math.max(LEAST_MAP_BYTES, Math.min(MAP_BYTES, MATERIAL_BYTES - utf8Length(text)));
  const named = plan.items.flatMap((item) => item.files);
  return [
    SECTIONS_ARE_DATA,
    ...(facts === undefined ? [] : [dataSection("REPOSITORY", repositoryMap(facts, named, room))]),
    dataSection("PLAN", text),
    ...(isCut && planFile !== undefined
      ? [`Its longer texts are cut; they are whole in ${JSON.stringify(planFile)}.`]
      : []),
    "Split the plan into tasks now.",
  ].join("\n\n");
}

/** The plan as JSON, one item a line, its texts cut as far as `maxBytes` asks for and the limits allow. */
function planText(plan: Plan, maxBytes: number): { readonly text: string; readonly isCut: boolean } {
  const whole = renderPlan(plan, Number.POSITIVE_INFINITY);
  if (utf8Length(whole) <= maxBytes) return { text: whole, isCut: false };
  let text = whole;
  for (const limit of TEXT_LIMITS) {
    text = renderPlan(plan, limit);
    if (utf8Length(text) <= maxBytes) break;
  }
  return { text, isCut: true };
}

function renderPlan(plan: Plan, textLimit: number): string {
  const cut = (text: string) => (utf8Length(text) <= textLimit ? text : `${truncateUtf8(text, textLimit)}…`);
  const { title, goal, approach, acceptance, risks } = plan;
  const head = {
    title,
    goal: cut(goal),
    approach: cut(approach),
    acceptance: acceptance.map(cut),
    risks: risks.map(cut),
  };
  return [JSON.stringify(head, null, 1), "items:", ...plan.items.map((item) => JSON.stringify(itemOf(item, cut)))].join(
    "\n",
  );
}

function itemOf({ id, title, description, files, depends_on, acceptance }: MergedItem, cut: (text: string) => string) {
  return { id, title, description: cut(description), files, depends_on, acceptance: acceptance.map(cut) };
}
