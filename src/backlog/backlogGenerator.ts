import { failure, type Result, success } from "../core/result.ts";
import { truncateUtf8 } from "../core/utf8.ts";
import { visibleName } from "../core/visibleText.ts";
import type { ArrangedBacklog } from "./arrangeTasks.ts";
import { type Finding, formatFinding } from "./diagnostics.ts";
import { arrangeDraft, type BacklogRequest, finishDraft, type GeneratedBacklog } from "./draftedBacklog.ts";
import { type AskedDraft, askForDraft, type DraftingAgent } from "./draftingAgent.ts";
import { draftPrompt } from "./draftPrompt.ts";
import { decodeDraft } from "./draftSchema.ts";
import { titleLine } from "./draftText.ts";
import { itemsLeftOut } from "./planCoverage.ts";

/** As many errors as help, and as many bytes: a model mends the first and the rest follow. */
const MAX_ERRORS_SENT = 40;
const MAX_ERROR_BYTES = 400;

/**
 * From a plan to a backlog the loader accepts, drafted by one agent in one session. What can be mended without judgement
 * is (the order, missing dependencies between tasks that share files); everything else goes back to the agent with the
 * exact errors, at most twice, and is the failure after that.
 */
export async function backlogFromAgent(
  request: BacklogRequest,
  agent: DraftingAgent,
): Promise<AskedDraft<GeneratedBacklog>> {
  const question = {
    title: `Backlog for ${titleLine(request.plan.title)}`,
    prompt: draftPrompt(request, agent.planFile),
  };
  const { result, usage } = await askForDraft(agent, question, (answer) => compileDraft(request, answer));
  if (!result.ok) return { result, usage };
  const notes = [...result.value.notes, ...itemsLeftOut(request.plan, result.value.backlog.tasks)];
  const generated = finishDraft({ ...result.value, notes }, "Drafted by an agent from the plan.", "agent");
  return { result: success(generated), usage };
}

/** The failure is for the agent: all errors, one a line. */
function compileDraft(request: BacklogRequest, answer: unknown): Result<ArrangedBacklog, string> {
  const draft = decodeDraft(answer);
  if (draft === undefined) return failure('- the answer holds no list of tasks: {"tasks": [ … ]}');
  const arranged = arrangeDraft(request, "generated", draft.tasks, draft.goalChecks);
  return arranged.ok ? success(arranged.value) : failure(listFindings(arranged.failure));
}

/** One a line, for a reader who has no file but the tasks themselves. */
export function listFindings(findings: readonly Finding[]): string {
  const lines = [...new Set(findings.map(describe))];
  const hidden = lines.length - MAX_ERRORS_SENT;
  const shown = lines.slice(0, MAX_ERRORS_SENT).map((line) => `- ${truncateUtf8(line, MAX_ERROR_BYTES)}`);
  return [...shown, ...(hidden > 0 ? [`- and ${hidden} more`] : [])].join("\n");
}

/** A task that has no id that could be named is known by its place in the list. */
function describe(finding: Finding): string {
  const [list, index] = finding.path;
  const isNameless = list === "tasks" && typeof index === "number" && finding.task === undefined;
  const place = isNameless ? `task number ${index + 1} of the list, ` : "";
  return visibleName(`${place}${formatFinding(finding)}`);
}
