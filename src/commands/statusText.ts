import { counted } from "../core/counted.ts";
import { describeUsage } from "../core/usageText.ts";
import { toPlainLine, toPlainLines } from "../monitoring/terminalText.ts";
import { checkpointLines } from "./statusCheckpoints.ts";
import type {
  AttemptSummary,
  OwnerSummary,
  QuestionSummary,
  SpecVersionSummary,
  StatusDocument,
  StatusHead,
  StatusRow,
  TaskStatusDetail,
  TrackStatus,
} from "./statusDocument.ts";

/** What the text tells beside the document. */
export interface StatusAside {
  /** Where archived attempts can be looked at. */
  readonly controlGit: string;
  /** The run that would be shown is there, but cannot be read. */
  readonly isRunUnreadable: boolean;
  /** A question of any task of the run waits for a person. */
  readonly isAnswerDue: boolean;
}

/** For people. Nothing that a file or a model says steers the terminal. */
export function statusAsText(document: StatusDocument, aside: StatusAside): string {
  const lines = "task" in document ? taskLines(document, aside) : trackLines(document, aside);
  return lines.join("\n");
}

function trackLines(
  { tasks: rows, history, plan_history: planHistory = [], ...head }: TrackStatus,
  aside: StatusAside,
): string[] {
  if (history !== undefined) {
    const plan = planHistory.length === 0 ? [] : [...historyLines("The plan", planHistory), ""];
    return [`Track ${head.track.id}${named(head)}`, ...plan, ...historyLines("The backlog", history)];
  }
  const idWidth = rows.reduce((most, row) => Math.max(most, row.id.length), 0);
  const stages = rows.map(stageOf);
  const stageWidth = stages.reduce((most, stage) => Math.max(most, stage.length), 0);
  return [
    `Track ${head.track.id}${named(head)}`,
    ...runLines(head, aside),
    `${summary(rows)}.`,
    "",
    ...rows.map((row, index) =>
      `  ${row.id.padEnd(idWidth)}  ${(stages[index] ?? "").padEnd(stageWidth)}  ${plain(row.title)}${asideOf(row)}`.trimEnd(),
    ),
    ...questionLines(head),
    ...problemLines(head),
  ];
}

function taskLines(document: TaskStatusDetail, aside: StatusAside): string[] {
  const { task, spec, attempts, checkpoints, history, unrecorded } = document;
  const title = plain(task.title);
  const heading = `${task.id}${title === "" ? "" : `  ${title}`}`;
  if (history !== undefined)
    return [heading, ...historyLines(`Track ${document.track.id}`, history), ...unrecordedLines(unrecorded)];
  return [
    heading,
    `Track ${document.track.id}${named(document)}`,
    ...runLines(document, aside),
    `Status: ${stageOf(task)}${asideOf(task)}.`,
    ...rollbackLines(task),
    "",
    ...attemptLines(attempts, aside.controlGit),
    ...checkpointLines(checkpoints),
    ...(spec === null ? ["Its spec is in no file and no version."] : ["Spec:", ...indented(spec)]),
    ...problemLines(document),
  ];
}

/** That it can be taken back needs no words. */
function rollbackLines({ rollback }: StatusRow): string[] {
  if (rollback === null || rollback.possible) return [];
  return [`Rollback: not all of it can be taken back: ${plain(rollback.because ?? "")}.`];
}

function historyLines(subject: string, versions: readonly SpecVersionSummary[]): string[] {
  const count = counted(versions.length, "version");
  const blocks = versions.flatMap((version, index) => ["", ...versionLines(version, index + 1, versions.length)]);
  return [`${subject}, ${count}, oldest first`, ...blocks];
}

function unrecordedLines(difference: string | undefined): string[] {
  if (difference === undefined) return [];
  const when = "a version as soon as backlog or implement reads it";
  return ["", `Not recorded yet, what the file says by now (${when}):`, ...toPlainLines(difference)];
}

function versionLines(version: SpecVersionSummary, number: number, count: number): string[] {
  const { id, parent, time, author, models, prompt, plan, reason, difference } = version;
  const by = models.length === 0 ? author : `${author} (${models.map(plain).join(", ")})`;
  const origins = [
    parent === null ? "no parent" : `parent ${short(parent)}`,
    ...(plan === null ? [] : [`from plan ${short(plan)}`]),
    ...(prompt === null ? [] : [`prompt ${plain(prompt)}`]),
  ];
  return [
    `Version ${number} of ${count}: ${short(id)}, ${shownTime(time)}, by ${by}: ${plain(reason)}`,
    `(${origins.join(", ")})`,
    ...toPlainLines(difference),
  ];
}

function attemptLines(attempts: readonly AttemptSummary[], controlGit: string): string[] {
  if (attempts.length === 0) return ["No attempt yet.", ""];
  const kept = attempts.find((attempt) => attempt.archived_ref !== null)?.archived_ref;
  return [
    "Attempts:",
    ...attempts.map((attempt) => `  ${attempt.run} ${attempt.number}: ${describeAttempt(attempt)}`),
    ...(kept == null ? [] : [`What one left: git --git-dir='${controlGit}' show ${kept}`]),
    "",
  ];
}

function describeAttempt(attempt: AttemptSummary): string {
  const { tokens, cost_usd: costUsd, duration_ms: durationMs } = attempt;
  const effort = `${plain(attempt.model)}, ${describeUsage({ tokensUsed: tokens, costUsd, durationMs })}`;
  switch (attempt.outcome) {
    case "open":
      return `not ended (${effort})`;
    case "landed":
      return `landed as ${short(attempt.landed_commit ?? "")} (${effort})`;
    case "failed": {
      const free = attempt.transient ? ", counted for nothing" : "";
      const kept = attempt.archived_ref === null ? "" : `, kept as ${attempt.archived_ref}`;
      return `failed, ${plain(attempt.reason ?? "")}: ${plain(attempt.message ?? "")} (${effort}${free}${kept})`;
    }
  }
}

function named({ track }: StatusHead): string {
  const title = track.title === null ? "" : `: ${plain(track.title)}`;
  return `${title}${track.file === null ? "" : ` (${plain(track.file)})`}`;
}

function runLines({ owner, run }: StatusHead, aside: StatusAside): string[] {
  const none = aside.isRunUnreadable ? "The latest run cannot be read (see below)." : "No run yet.";
  return [run === null ? none : describeRun(run, aside), ...(owner === null ? [] : [describeOwner(owner)])];
}

function describeRun(run: NonNullable<StatusHead["run"]>, { isAnswerDue }: StatusAside): string {
  const usage = describeUsage({ tokensUsed: run.tokens, costUsd: run.cost_usd });
  return `Run ${run.id}: ${describeState(run, isAnswerDue)}, ${usage}.`;
}

function describeOwner({ pid, host, since, purpose, look }: OwnerSummary): string {
  return `Owner: process ${pid} on ${plain(host)}, since ${shownTime(since)} (${plain(purpose)}); look at it with: ${look}`;
}

function questionLines({ questions }: StatusHead): string[] {
  if (questions.length === 0) return [];
  return ["", "Questions that wait for you:", ...questions.flatMap(linesOfQuestion)];
}

function linesOfQuestion({ task, checkpoint, kind, question, options, reasons }: QuestionSummary): string[] {
  const details = kind === "approval" ? reasons : options;
  const input = kind === "approval" ? "approve" : "…";
  return [
    `  ${task}: ${plain(question)}`,
    ...details.map((detail) => `    - ${plain(detail)}`),
    `    multi-agent-coder answer --checkpoint=${checkpoint} --input=${input}`,
  ];
}

function describeState({ state, paused, process }: NonNullable<StatusHead["run"]>, isAnswerDue: boolean): string {
  switch (state) {
    case "under_way":
      return `${paused ? "paused" : "under way"} in process ${process ?? "?"}`;
    case "interrupted":
      return `${isAnswerDue ? "waits for your answer" : "interrupted"}; 'opencode run implement' goes on with it`;
    case "complete":
      return "ended, everything complete";
    case "incomplete":
      return "ended, not everything complete";
  }
}

function summary(rows: readonly StatusRow[]): string {
  const order = ["complete", "in_progress", "awaiting_input", "failed", "skipped", "pending"] as const;
  const counts = order.map((status) => [status, rows.filter((row) => row.status === status).length] as const);
  const told = counts.filter(([, count]) => count > 0).map(([status, count]) => `${count} ${words(status)}`);
  return told.length === 0 ? "No task" : `${rows.length} tasks: ${told.join(", ")}`;
}

/** "in progress, verifying, attempt 2, 1,234 tokens" */
function stageOf({ status, phase, pause, attempts, tokens }: StatusRow): string {
  const isWorking = status === "in_progress" && phase !== null;
  return [
    isWorking ? words(phase) : words(status),
    ...(pause === null ? [] : [pause === "held" ? "held" : "pausing"]),
    ...(attempts === 0 ? [] : [isWorking ? `attempt ${attempts}` : counted(attempts, "attempt")]),
    ...(tokens === 0 ? [] : [`${tokens.toLocaleString("en-US")} tokens`]),
  ].join(", ");
}

function asideOf({ waits_for: waits, reason }: StatusRow): string {
  if (reason !== null) return `: ${plain(reason)}`;
  return waits.length === 0 ? "" : `  (waits for ${waits.join(", ")})`;
}

function problemLines({ problems }: StatusHead): string[] {
  return problems.length === 0 ? [] : ["", ...problems.map((problem) => `Not read: ${plain(problem)}`)];
}

function indented(text: string): string[] {
  return toPlainLines(text.trimEnd()).map((line) => `  ${line}`.trimEnd());
}

function words(name: string): string {
  return name.replaceAll("_", " ");
}

function plain(text: string): string {
  return toPlainLine(text);
}

function short(id: string): string {
  return id.slice(0, 9);
}

function shownTime(time: string): string {
  return `${time.slice(0, 19).replace("T", " ")} UTC`;
}
