import { z } from "zod";
import { SPEC_AUTHORS } from "../factory/specVersion.ts";

const track = z.strictObject({
  id: z.string(),
  title: z.string().nullable(),
  /** The backlog's file, relative to the repository's root; null when it is not there. */
  file: z.string().nullable(),
});

const run = z.strictObject({
  id: z.string(),
  state: z.enum(["under_way", "interrupted", "complete", "incomplete"]),
  /** A person wants it to stand still, and nothing of it is started. */
  paused: z.boolean(),
  /** The process that works on it, while one does. */
  process: z.number().int().nullable(),
  /** Where the track's branch is. */
  head: z.string().nullable(),
  tokens: z.number(),
  cost_usd: z.number(),
});

const row = z.strictObject({
  id: z.string(),
  title: z.string(),
  status: z.enum(["pending", "in_progress", "awaiting_input", "complete", "failed", "skipped"]),
  /** Where in its life it is, while its run is under way. */
  phase: z.string().nullable(),
  /** `wanted`: a person wants it to stand still; `held`: its agent does, and what it made is saved. */
  pause: z.enum(["wanted", "held"]).nullable(),
  /** What it depends on and is not complete. */
  waits_for: z.array(z.string()),
  attempts: z.number().int(),
  tokens: z.number(),
  cost_usd: z.number(),
  /** Why it failed last, was skipped, or waits for a person; null once it is complete. */
  reason: z.string().nullable(),
  /** H4. Of a complete task that landed: whether git alone can take all of it back; else why not. */
  rollback: z.strictObject({ possible: z.boolean(), because: z.string().nullable() }).nullable(),
});

const attempt = z.strictObject({
  run: z.string(),
  number: z.number().int(),
  outcome: z.enum(["open", "landed", "failed"]),
  model: z.string(),
  base: z.string(),
  reason: z.string().nullable(),
  message: z.string().nullable(),
  /** True: the cause lay outside the task, and the attempt counted for nothing. */
  transient: z.boolean(),
  archived_ref: z.string().nullable(),
  landed_commit: z.string().nullable(),
  tokens: z.number(),
  cost_usd: z.number(),
  duration_ms: z.number(),
});

/** A place in an attempt that `rollback --checkpoint` goes back to. */
const checkpoint = z.strictObject({
  id: z.string(),
  run: z.string(),
  /** 0: taken in a run that had made no attempt yet. */
  attempt: z.number().int(),
  cause: z.string(),
  commit: z.string(),
  /** Changed since the attempt's base; null: not counted. */
  files: z.number().int().nullable(),
  lines: z.number().int().nullable(),
  violations: z.array(z.strictObject({ path: z.string(), what: z.string() })),
  /** Files whose content was not looked at; null: nothing was looked at. */
  unchecked: z.number().int().nullable(),
});

const version = z.strictObject({
  id: z.string(),
  /** The version before; null for the first. */
  parent: z.string().nullable(),
  /** ISO 8601, in UTC. */
  time: z.string(),
  author: z.enum(SPEC_AUTHORS),
  reason: z.string(),
  models: z.array(z.string()).readonly(),
  prompt: z.string().nullable(),
  /** The version of the plan it was made from. */
  plan: z.string().nullable(),
  /** Unified, to the parent. */
  difference: z.string(),
});

const owner = z.strictObject({
  pid: z.number().int(),
  host: z.string(),
  /** ISO 8601, in UTC. */
  since: z.string(),
  /** What it does, such as "implement my-feature". */
  purpose: z.string(),
  /** The command that shows the process, on its host. */
  look: z.string(),
});

const question = z.strictObject({
  task: z.string(),
  /** What `answer --checkpoint` names. */
  checkpoint: z.string(),
  /** `approval`: whether verified work may land. `question`: what an agent has to know to go on. */
  kind: z.enum(["approval", "question"]),
  question: z.string(),
  /** What the agent proposes; any other words are an answer too. */
  options: z.array(z.string()),
  /** Of an approval: what needs it. */
  reasons: z.array(z.string()),
});

const head = {
  version: z.literal(1),
  track,
  /** The live process that holds the track; null while none does. */
  owner: owner.nullable(),
  run: run.nullable(),
  /** That wait for a person; of one task, where one is shown. */
  questions: z.array(question),
  /** What could not be read, in words. */
  problems: z.array(z.string()),
};

const trackStatusSchema = z.strictObject({
  ...head,
  tasks: z.array(row),
  /** Of the backlog, all its tasks together; oldest first. Only with --history. */
  history: z.array(version).optional(),
  /** Of the plan that the backlog names. Only with --history. */
  plan_history: z.array(version).optional(),
});
const taskStatusSchema = z.strictObject({
  ...head,
  task: row,
  /** As YAML; null for a task that is in no file and in no version any more. */
  spec: z.string().nullable(),
  /** In every run of the track, oldest first. */
  attempts: z.array(attempt),
  /** In every run of the track, oldest first. */
  checkpoints: z.array(checkpoint),
  /** Oldest first. Only with --history. */
  history: z.array(version).optional(),
  /** What the file says by now and no version yet: unified, to the latest one. Only with --history, and only then. */
  unrecorded: z.string().optional(),
});

/** What `status --json` prints: of a track, or with --task of one task. */
export const statusSchema = z.union([trackStatusSchema, taskStatusSchema]);

export type TrackStatus = z.infer<typeof trackStatusSchema>;
export type TaskStatusDetail = z.infer<typeof taskStatusSchema>;
export type StatusDocument = z.infer<typeof statusSchema>;
export type StatusHead = Pick<TrackStatus, keyof typeof head>;
export type OwnerSummary = z.infer<typeof owner>;
export type QuestionSummary = z.infer<typeof question>;
export type SpecVersionSummary = z.infer<typeof version>;
export type StatusRow = z.infer<typeof row>;
export type RunSummary = z.infer<typeof run>;
export type CheckpointSummary = z.infer<typeof checkpoint>;
export type AttemptSummary = z.infer<typeof attempt>;
