import { systemClock } from "../core/clock.ts";
import type { CommandContext, CommandReport } from "../core/commandContext.ts";
import { Refusal } from "../core/refusal.ts";
import { type StateDirectory, stateDirectoryFor } from "../core/stateDirectory.ts";
import { Git, requireGit } from "../git/gitProcess.ts";
import { locateRepository } from "../git/userRepository.ts";
import { isApproval, waitingForAnswer } from "../implementation/attempts/answers.ts";
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
  readonly checkpoint: string;
  readonly runId: string;
  readonly trackId: string;
  readonly task: string;
  readonly kind: Inquiry["kind"];
  readonly says: string;
}

/** `answer`: what a person says to a question of a run. Whoever works on the run takes it up, now or at its next start. */
export async function answerCommand(
  { checkpoint, input }: AnswerFlags,
  { directory, environment }: Pick<CommandContext, "directory" | "environment">,
): Promise<CommandReport> {
  const git = new Git(environment);
  await requireGit(git);
  const { commonDir } = await locateRepository(git, directory);
  const state = stateDirectoryFor(commonDir, environment);
  const questions = await openQuestions(state);
  const question = questions.find((other) => other.checkpoint === checkpoint);
  if (question === undefined) {
    // A checkpoint's name begins with the end of its run's.
    const [, run] = /^([0-9a-f]{6})-/.exec(checkpoint ?? "") ?? [];
    const kept = run === undefined ? undefined : await whereKept(state, run);
    throw new Refusal(kept ?? whyUnknown(checkpoint, questions));
  }
  if (input === undefined || input.trim() === "") {
    throw new Refusal(`--input is missing: ${whatIsMissing(question)}.`);
  }
  await leaveRequest(state.runDirectory(question.runId), systemClock, {
    kind: "answer",
    checkpoint: question.checkpoint,
    input,
  });
  const holder = await lockHolder(state.trackLock(question.trackId));
  const what = whatFollows(question, input);
  const next = holder === undefined ? "Run implement to go on." : "The run that is going on takes it up.";
  return { text: `${question.task} ${what}. ${next}`, outcome: { done: true } };
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
      if (inquiry === undefined) continue;
      questions.push({
        checkpoint: inquiry.checkpoint,
        kind: inquiry.kind,
        runId,
        trackId,
        task: id,
        says: inquiry.question,
      });
    }
  }
  return questions;
}

function whyUnknown(checkpoint: string | undefined, questions: readonly Question[]): string {
  const what =
    checkpoint === undefined ? "--checkpoint is missing" : `No question waits at the checkpoint '${checkpoint}'`;
  if (questions.length === 0) return `${what}; nothing waits for an answer.`;
  const waiting = questions.map(({ checkpoint: name, says }) => `${name} (${says})`).join(", ");
  return `${what}; what waits: ${waiting}.`;
}

function whatIsMissing({ kind, says, task }: Question): string {
  if (kind === "question") return `what ${task} asked is: ${says}`;
  return `'approve' lets ${task} land, other words send it back with them`;
}

function whatFollows({ kind }: Question, input: string): string {
  if (kind === "question") return "goes on with your answer";
  return isApproval(input) ? "may land" : "is sent back";
}
