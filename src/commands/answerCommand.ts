import { systemClock } from "../core/clock.ts";
import type { CommandContext, CommandReport } from "../core/commandContext.ts";
import { Refusal } from "../core/refusal.ts";
import { type StateDirectory, stateDirectoryFor } from "../core/stateDirectory.ts";
import { withoutHiddenCharacters } from "../core/visibleText.ts";
import { Git, requireGit } from "../git/gitProcess.ts";
import { locateRepository } from "../git/userRepository.ts";
import { isApproval, waitingForAnswer } from "../implementation/attempts/answers.ts";
import { answerFlags, inquiryLine, inquiryText } from "../implementation/attempts/inquiryText.ts";
import { LONGEST_ANSWER } from "../implementation/requests/runRequests.ts";
import { leaveRequest } from "../recovery/inbox.ts";
import { whereKept } from "../recovery/keptRuns.ts";
import { lockHolder } from "../recovery/lockHolder.ts";
import { readRun, tracksOfRuns } from "../recovery/runStore.ts";
import type { Inquiry } from "../recovery/taskState.ts";

export interface AnswerFlags {
  /** As `status` and the end of a run show it. */
  readonly checkpoint: string | undefined;
  readonly input: string | undefined;
}

interface Question {
  readonly runId: string;
  readonly trackId: string;
  readonly task: string;
  readonly inquiry: Inquiry;
}

/**
 * `answer`: what a person says to a question of a run. Whoever works on the run takes it up, now or at its next start.
 * Without words it shows the question whole.
 */
export async function answerCommand(
  { checkpoint, input }: AnswerFlags,
  { directory, environment }: Pick<CommandContext, "directory" | "environment">,
): Promise<CommandReport> {
  const git = new Git(environment);
  await requireGit(git);
  const { commonDir } = await locateRepository(git, directory);
  const state = stateDirectoryFor(commonDir, environment);
  const questions = await openQuestions(state);
  const question = questions.find(({ inquiry }) => inquiry.checkpoint === checkpoint);
  if (question === undefined) throw new Refusal(await whyUnknown(checkpoint, questions, state));
  const words = withoutHiddenCharacters(input ?? "").trim();
  if (words === "") return shown(question);
  if (words.length > LONGEST_ANSWER) throw new Refusal(tooLong(question, words));

  await leaveRequest(state.runDirectory(question.runId), systemClock, {
    kind: "answer",
    checkpoint: question.inquiry.checkpoint,
    input: words,
  });
  const holder = await lockHolder(state.trackLock(question.trackId));
  const next = holder === undefined ? "Run implement to go on." : "The run that is going on takes it up.";
  return { text: `${question.task} ${whatFollows(question, words)}. ${next}`, outcome: { done: true } };
}

/** Of every track's latest run; an older one waits for nobody. */
async function openQuestions(state: StateDirectory): Promise<readonly Question[]> {
  const seen = new Set<string>();
  const questions: Question[] = [];
  for (const { runId, trackId } of await tracksOfRuns(state.runs)) {
    if (seen.has(trackId)) continue;
    seen.add(trackId);
    const run = await readRun(state.runs, runId);
    if (!run.ok || run.value.outcome !== undefined) continue;
    for (const { id, inquiry } of waitingForAnswer(run.value)) {
      if (inquiry !== undefined) questions.push({ runId, trackId, task: id, inquiry });
    }
  }
  return questions;
}

async function whyUnknown(
  checkpoint: string | undefined,
  questions: readonly Question[],
  state: StateDirectory,
): Promise<string> {
  // A checkpoint's name begins with the end of its run's.
  const [, run] = /^([0-9a-f]{6})-/.exec(checkpoint ?? "") ?? [];
  const kept = run === undefined ? undefined : await whereKept(state, run);
  if (kept !== undefined) return kept;
  const what =
    checkpoint === undefined ? "--checkpoint is missing" : `No question waits at the checkpoint '${checkpoint}'`;
  if (questions.length === 0) return `${what}; nothing waits for an answer.`;
  const waiting = questions.map(({ inquiry }) => `${inquiry.checkpoint} (${inquiryLine(inquiry)})`).join(", ");
  return `${what}; what waits: ${waiting}.`;
}

function shown({ inquiry, task }: Question): CommandReport {
  const reason = `--input is missing: answer ${task} with ${answerFlags(inquiry)}.`;
  return { text: `${task} asks:\n${inquiryText(inquiry)}`, outcome: { done: false, reason } };
}

function tooLong({ task }: Question, words: string): string {
  const [given, most] = [words.length, LONGEST_ANSWER].map((count) => count.toLocaleString("en-US"));
  return `--input is ${given} characters long, at most ${most} reach an agent: say it in fewer. ${task} still waits.`;
}

function whatFollows({ inquiry }: Question, words: string): string {
  if (inquiry.kind === "question") return "goes on with your answer";
  return isApproval(words) ? "may land" : "is sent back";
}
