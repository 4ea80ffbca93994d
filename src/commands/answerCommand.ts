import type { CommandContext, CommandReport } from "../core/commandContext.ts";
import { Refusal } from "../core/refusal.ts";
import { type StateDirectory, stateDirectoryFor } from "../core/stateDirectory.ts";
import { withoutHiddenCharacters } from "../core/visibleText.ts";
import { Git, requireGit } from "../git/gitProcess.ts";
import { locateRepository } from "../git/userRepository.ts";
import { answeredAt, isApproval, waitingForAnswer } from "../implementation/attempts/answers.ts";
import { answerFlags, inquiryLine, inquiryText } from "../implementation/attempts/inquiryText.ts";
import { LONGEST_ANSWER, type Settlement } from "../implementation/requests/runRequests.ts";
import { leaveRequest, removeRequest, waitingRequests } from "../recovery/inbox.ts";
import { whereKept } from "../recovery/keptRuns.ts";
import { lockHolder } from "../recovery/lockHolder.ts";
import type { RunState } from "../recovery/runState.ts";
import { readRun, tracksOfRuns } from "../recovery/runStore.ts";
import type { Inquiry } from "../recovery/taskState.ts";
import { trackPurpose } from "../recovery/trackPurpose.ts";
import { describeSecret, scanForSecrets } from "../verification/secretScan.ts";
import { type LeftRequest, settlementOf } from "./leftRequest.ts";

export type AnswerContext = Pick<CommandContext, "directory" | "environment" | "clock" | "pause" | "signal">;

export interface AnswerFlags {
  /** As `status` and the end of a run show it. */
  readonly checkpoint: string | undefined;
  readonly input: string | undefined;
}

/** A run that goes on looks into its inbox every second. */
const LONGEST_WAIT_MS = 5_000;
const LOOK_EVERY_MS = 200;

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
  context: AnswerContext,
): Promise<CommandReport> {
  const { directory, environment } = context;
  const git = new Git(environment);
  await requireGit(git);
  const { commonDir } = await locateRepository(git, directory);
  const state = stateDirectoryFor(commonDir, environment);
  const open = await openRuns(state);
  const question = open.flatMap(questionsOf).find(({ inquiry }) => inquiry.checkpoint === checkpoint);
  if (question === undefined) throw new Refusal(await whyUnknown(checkpoint, open, state));
  const words = withoutHiddenCharacters(input ?? "").trim();
  if (words === "") return shown(question);
  if (words.length > LONGEST_ANSWER) throw new Refusal(tooLong(question, words));
  await refuseKeysIn(words, question);
  return leaveAnswer(question, words, state, context);
}

/** What is answered goes to a model, and into the journal. */
async function refuseKeysIn(words: string, { task }: Question): Promise<void> {
  const { found } = await scanForSecrets(words);
  if (found.length === 0) return;
  throw new Refusal(
    `--input: ${found.map(describeSecret).join(", ")}. No key is sent to a model: say it without, such as where the key is to be read from. Nothing was written; ${task} still waits.`,
  );
}

/** With nobody at work on the run one answer waits for its next start: the latest. */
async function leaveAnswer(
  question: Question,
  words: string,
  state: StateDirectory,
  context: AnswerContext,
): Promise<CommandReport> {
  const { inquiry, runId, task, trackId } = question;
  const { checkpoint } = inquiry;
  const directory = state.runDirectory(runId);
  const isWorkedOn = (await lockHolder(state.trackLock(trackId)))?.purpose === trackPurpose("implement", trackId);
  const earlier = isWorkedOn ? [] : await waitingAnswers(directory, checkpoint);
  const name = await leaveRequest(directory, context.clock, { kind: "answer", checkpoint, input: words });
  for (const other of earlier) await removeRequest(directory, other);
  const follows = `${task} ${whatFollows(question, words)}`;
  if (!isWorkedOn) {
    const instead = earlier.length === 0 ? "" : ", in place of what was answered before";
    return { text: `${follows}${instead}. Run implement to go on.`, outcome: { done: true } };
  }
  const settled = await settledWithin(LONGEST_WAIT_MS, { runId, name }, state, context);
  if (settled?.done === false) return { text: "", outcome: { done: false, reason: settled.message } };
  const when = settled === undefined ? " as soon as it can, or the next one does" : "";
  return { text: `${follows}. The run that is going on takes it up${when}.`, outcome: { done: true } };
}

async function waitingAnswers(directory: string, checkpoint: string): Promise<readonly string[]> {
  const waiting = await waitingRequests(directory);
  return waiting
    .filter(({ request }) => request.kind === "answer" && request.checkpoint === checkpoint)
    .map(({ name }) => name);
}

/** Undefined: the run has not come to it by then. */
async function settledWithin(
  limitMs: number,
  left: LeftRequest,
  { runs }: StateDirectory,
  { pause, signal }: AnswerContext,
): Promise<Settlement | undefined> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const settled = await settlementOf(left, runs);
    if (settled !== undefined || signal.aborted || performance.now() >= deadline) return settled;
    await pause(LOOK_EVERY_MS, signal);
  }
}

interface LatestRun {
  readonly runId: string;
  readonly trackId: string;
  readonly run: RunState;
}

/** Every track's latest run, as far as it is open; an older one waits for nobody. */
async function openRuns({ runs }: StateDirectory): Promise<readonly LatestRun[]> {
  const seen = new Set<string>();
  const open: LatestRun[] = [];
  for (const { runId, trackId } of await tracksOfRuns(runs)) {
    if (seen.has(trackId)) continue;
    seen.add(trackId);
    const run = await readRun(runs, runId);
    if (run.ok && run.value.outcome === undefined) open.push({ runId, trackId, run: run.value });
  }
  return open;
}

function questionsOf({ runId, trackId, run }: LatestRun): readonly Question[] {
  return waitingForAnswer(run).flatMap(({ id, inquiry }) =>
    inquiry === undefined ? [] : [{ runId, trackId, task: id, inquiry }],
  );
}

async function whyUnknown(
  checkpoint: string | undefined,
  open: readonly LatestRun[],
  state: StateDirectory,
): Promise<string> {
  const named = checkpoint ?? "";
  const answered = open.map(({ run }) => answeredAt(named, run)).find((task) => task !== undefined);
  if (answered !== undefined) return `What ${answered.id} asked at ${named} was already answered.`;
  // A checkpoint's name begins with the end of its run's.
  const [, run] = /^([0-9a-f]{6})-/.exec(named) ?? [];
  const kept = run === undefined ? undefined : await whereKept(state, run);
  if (kept !== undefined) return kept;
  const what =
    checkpoint === undefined ? "--checkpoint is missing" : `No question waits at the checkpoint '${checkpoint}'`;
  const questions = open.flatMap(questionsOf);
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
