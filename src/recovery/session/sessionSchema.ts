import { z } from "zod";
import type { DeepReadonly } from "../../core/deepReadonly.ts";
import { runStarted } from "../events/runLevelEvents.ts";
import type { RunState } from "../runState.ts";
import type {
  CapturedWork,
  Continuation,
  Inquiry,
  Lesson,
  PersonAnswer,
  TaskCheckpoint,
  TaskState,
} from "../taskState.ts";
import type { Variables } from "./variables.ts";

/** Of a schema with a line for each variable of the state, and no other: a variable that is forgotten does not compile. */
type LinesFor<State> = { readonly [Name in keyof Variables<State>]-?: z.ZodType };

const texts = z.array(z.string());
const numbers = z.array(z.number());

const inquiry = z.strictObject({
  kind: z.enum(["approval", "question"]),
  checkpoint: z.string(),
  question: z.string(),
  reasons: texts,
  options: texts,
  answer: z.strictObject({ approved: z.boolean(), input: z.string() }).optional(),
} satisfies LinesFor<Inquiry>);

const personAnswer = z.strictObject({
  checkpoint: z.string(),
  question: z.string(),
  input: z.string(),
} satisfies LinesFor<PersonAnswer>);

const lesson = z.strictObject({
  attempt: z.number(),
  model: z.string().optional(),
  mess: z.string(),
  text: z.string(),
} satisfies LinesFor<Lesson>);

const checkpoint = z.strictObject({
  id: z.string(),
  attempt: z.number(),
  base: z.string(),
  commit: z.string(),
  ref: z.string(),
  cause: z.string(),
  violating: texts,
} satisfies LinesFor<TaskCheckpoint>);

const continuation = z.strictObject({
  attempt: z.number(),
  base: z.string(),
  commit: z.string(),
  is_whole: z.boolean(),
} satisfies LinesFor<Continuation>);

const work = z.strictObject({
  commit: z.string(),
  tree: z.string(),
  paths: texts,
  is_cut_off: z.boolean().optional(),
} satisfies LinesFor<CapturedWork>);

const proof = z.strictObject({
  proven: z.boolean(),
  because: z.string().optional(),
} satisfies LinesFor<NonNullable<TaskState["proof"]>>);

const landing = z.strictObject({
  head: z.string(),
  commit: z.string(),
  irreversible: z.string().optional(),
} satisfies LinesFor<NonNullable<TaskState["landing"]>>);

const reversibility = z.discriminatedUnion("possible", [
  z.strictObject({ possible: z.literal(true) }),
  z.strictObject({ possible: z.literal(false), because: z.string() }),
]);

/** `TaskState` has what each variable means. */
const task = z.strictObject({
  id: z.string(),
  phase: z.enum([
    "ready",
    "preparing",
    "working",
    "verifying",
    "landing",
    "retrying",
    "awaiting_input",
    "complete",
    "failed",
    "skipped",
  ]),
  attempts: z.number(),
  failed_attempts: z.number(),
  slot: z.number().optional(),
  base: z.string().optional(),
  model: z.string().optional(),
  session: z.string().optional(),
  is_session_open: z.boolean(),
  work: work.optional(),
  verified: z.boolean(),
  corrections: z.number(),
  proof: proof.optional(),
  flaky: texts,
  granted_paths: texts,
  inquiry: inquiry.optional(),
  person_answer: personAnswer.optional(),
  lessons: z.array(lesson),
  checkpoints: z.array(checkpoint),
  latest: z.string().optional(),
  continuation: continuation.optional(),
  landing: landing.optional(),
  landed_commit: z.string().optional(),
  reversibility: reversibility.optional(),
  paused_because: z.string().optional(),
  is_held: z.boolean(),
  is_held_back: z.boolean(),
  tokens: z.number(),
  cost_usd: z.number(),
  agent_ms: z.number(),
  failure: z.strictObject({ reason: z.string(), message: z.string() }).optional(),
  skipped_because: z.string().optional(),
} satisfies LinesFor<TaskState>);

/** `RunState` has what each variable means. Tasks are in the backlog's order. */
const state = z.strictObject({
  started: z.strictObject(runStarted.shape).optional(),
  tasks: z.array(task),
  head: z.string().optional(),
  tokens: z.number(),
  cost_usd: z.number(),
  interrupted: z.boolean(),
  backlog_digest: z.string().optional(),
  gap_plans: z.number(),
  goal: z.strictObject({ met: z.boolean(), missing: texts }).optional(),
  outcome: z.enum(["complete", "incomplete"]).optional(),
  published_commit: z.string().optional(),
  fast_forwarded: z.strictObject({ branch: z.string(), commit: z.string() }).optional(),
  paused_because: z.string().optional(),
  settled_requests: texts,
  slots: numbers,
  gates: numbers,
  host_sessions: texts,
} satisfies LinesFor<RunState>);

/** `session.json` (H12): a run's state as it was after one record of its journal. */
export const sessionSchema = z.strictObject({
  version: z.literal(1),
  run_id: z.string(),
  track_id: z.string(),
  /** The record's number, and its checksum: a journal that does not have both is another's, or an older one. */
  seq: z.number().int(),
  chained: z.string(),
  state,
  /** SHA-256, in hex, of the file's text before `,"sum":` and a `}`. */
  sum: z.string(),
});

export type SessionState = DeepReadonly<z.infer<typeof state>>;
export type SessionTask = DeepReadonly<z.infer<typeof task>>;
export type Session = DeepReadonly<z.infer<typeof sessionSchema>>;
