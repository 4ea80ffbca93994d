import { visibleName } from "../core/visibleText.ts";
import type { Backlog, Check, Plan } from "../types.ts";
import { type ArrangedBacklog, arrangeBacklog } from "./arrangeTasks.ts";
import { checkTasks } from "./checkTasks.ts";
import { decodeBacklog } from "./decodeBacklog.ts";
import { bySeverity, type Finding } from "./diagnostics.ts";
import { draftText, titleLine } from "./draftText.ts";
import { renderBacklog } from "./renderBacklog.ts";
import type { DraftOrigin, RepositoryFacts } from "./repositoryFacts.ts";

/** What a backlog is drafted from, whoever drafts it. */
export interface BacklogRequest {
  readonly plan: Plan;
  /** As the backlog's `plan` names it, such as tasks/PLAN.md. */
  readonly planFile?: string | undefined;
  readonly trackId: string;
  /** Id of the git tree that `facts` describe. */
  readonly base?: string | undefined;
  readonly verify: readonly string[];
  readonly setup: readonly string[];
  /** Undefined: nothing is said about what the repository holds. */
  readonly facts?: RepositoryFacts | undefined;
}

export interface GeneratedBacklog {
  readonly backlog: Backlog;
  /** The file to write. */
  readonly text: string;
  /** What was made of the draft: split, added, left out. Also at the head of the file. */
  readonly notes: readonly string[];
  /** What the compiler says without refusing. */
  readonly warnings: readonly Finding[];
  readonly draftedBy: "agent" | "plan";
}

/** A backlog of these tasks as a value for the backlog's own schema. */
export function backlogValue<T>(request: BacklogRequest, tasks: readonly T[], checks: readonly unknown[] = []) {
  const { base, plan, planFile, setup, trackId, verify } = request;
  const criteria = plan.acceptance.map(draftText).filter((criterion) => criterion !== "");
  return {
    version: 1,
    track_id: trackId,
    title: titleLine(plan.title) || trackId,
    ...(planFile === undefined ? {} : { plan: planFile }),
    ...(base === undefined ? {} : { base }),
    ...(criteria.length + checks.length === 0 ? {} : { goal: { criteria, checks: checks as readonly Check[] } }),
    verify,
    setup,
    tasks,
  } as const;
}

/** What is wrong with the part of a backlog that no draft can mend: its commands, from the options. */
export function problemsOfRequest(request: BacklogRequest): readonly Finding[] {
  const { findings } = checkTasks(decodeBacklog(backlogValue(request, [])), "generated", request.facts);
  return bySeverity(findings).errors;
}

export function arrangeDraft(
  request: BacklogRequest,
  origin: DraftOrigin,
  tasks: readonly unknown[],
  checks: readonly unknown[] = [],
) {
  return arrangeBacklog(backlogValue(request, tasks, checks), request.facts, origin);
}

/** @param origin the first line of the file: who drafted it */
export function finishDraft(
  { backlog, notes, warnings }: ArrangedBacklog,
  origin: string,
  draftedBy: GeneratedBacklog["draftedBy"],
): GeneratedBacklog {
  const visible = notes.map(visibleName);
  return { backlog, text: renderBacklog(backlog, [origin, ...visible]), notes: visible, warnings, draftedBy };
}
