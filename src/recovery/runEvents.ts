import { z } from "zod";
import { failure, type Result, success } from "../core/result.ts";

/**
 * What happens in a run, as its journal holds it. Past-tense events tell what is done; `landing_intended` is written
 * before the act, so that after a crash the branch itself shows whether it took place. `attempt` counts from 1 per task.
 */
const runEventSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("run_started"),
    run_id: z.string(),
    track_id: z.string(),
    /** The commit the track starts from. */
    base: z.string(),
    /** Null: HEAD was detached. */
    user_branch: z.string().nullable(),
    backlog_file: z.string(),
    /** Digest of the backlog as it was read, statuses aside. */
    backlog_digest: z.string(),
    workers: z.number(),
    /** Ids of the tasks this run is to do, in the backlog's order. */
    tasks: z.array(z.string()),
  }),
  z.object({ type: z.literal("run_resumed") }),
  z.object({
    type: z.literal("attempt_started"),
    task: z.string(),
    attempt: z.number(),
    slot: z.number(),
    /** The commit the slot was rebuilt to. */
    base: z.string(),
    model: z.string(),
    /** Of what the agent is sent, everything but the text. Journals of the first versions lack it. */
    message: z
      .object({
        sha256: z.string(),
        bytes: z.number(),
        /** What was left out to make it fit. */
        omissions: z.array(z.object({ section: z.string(), how: z.enum(["dropped", "shortened"]), bytes: z.number() })),
        /** What was mended, or let through because a person said so. */
        notices: z.array(z.string()),
      })
      .optional(),
    /** How much of the task's context the message holds (O5). */
    context: z.enum(["full", "minimal", "essential"]).optional(),
  }),
  z.object({ type: z.literal("session_opened"), task: z.string(), attempt: z.number(), session: z.string() }),
  /** Another model goes on where the last one's provider failed, in the same work tree and attempt. */
  z.object({
    type: z.literal("model_changed"),
    task: z.string(),
    attempt: z.number(),
    model: z.string(),
    because: z.string(),
  }),
  z.object({
    type: z.literal("agent_finished"),
    task: z.string(),
    attempt: z.number(),
    status: z.enum(["success", "timeout", "error", "checkpoint"]),
    /** Of this prompt alone, not of the session so far: they are added up. */
    tokens: z.number(),
    cost_usd: z.number(),
    duration_ms: z.number(),
    message: z.string().optional(),
  }),
  z.object({
    type: z.literal("work_captured"),
    task: z.string(),
    attempt: z.number(),
    commit: z.string(),
    tree: z.string(),
    paths: z.array(z.string()),
  }),
  z.object({
    type: z.literal("verification_finished"),
    task: z.string(),
    attempt: z.number(),
    passed: z.boolean(),
    failure: z.string().optional(),
    /** H14. What commands printed about their tests, where it could be read. */
    results: z
      .array(
        z.object({
          command: z.string(),
          /** It failed once and passed when it was run again. */
          flaky: z.boolean().optional(),
          passed: z.number().optional(),
          failed: z.number().optional(),
          /** Percent of lines. */
          coverage: z.number().optional(),
        }),
      )
      .optional(),
  }),
  /** What failed goes back to the same session; `correction` counts from 1 within an attempt (H11). */
  z.object({ type: z.literal("correction_sent"), task: z.string(), attempt: z.number(), correction: z.number() }),
  /** Whether acceptance failed before the work and fails again without it: `because` says why that was not seen. */
  z.object({
    type: z.literal("proof_finished"),
    task: z.string(),
    attempt: z.number(),
    proven: z.boolean(),
    because: z.string().optional(),
  }),
  z.object({
    type: z.literal("write_refused"),
    task: z.string(),
    attempt: z.number(),
    tool: z.string(),
    path: z.string(),
    because: z.string(),
  }),
  z.object({
    type: z.literal("scope_amended"),
    task: z.string(),
    attempt: z.number(),
    paths: z.array(z.string()),
    reason: z.string(),
    granted: z.boolean(),
    /** Why it was not. */
    because: z.string().optional(),
  }),
  z.object({
    type: z.literal("drift_noticed"),
    task: z.string(),
    attempt: z.number(),
    level: z.enum(["notice", "critical"]),
    /** 0 to 1. */
    score: z.number(),
    /** A line each: what was seen. */
    signals: z.array(z.string()),
  }),
  /** X6. A structured message to a working agent; `delivery` counts from 1. */
  z.object({
    type: z.literal("message_sent"),
    task: z.string(),
    attempt: z.number(),
    message_id: z.string(),
    delivery: z.number(),
  }),
  z.object({ type: z.literal("message_acknowledged"), task: z.string(), attempt: z.number(), message_id: z.string() }),
  z.object({
    type: z.literal("checkpoint_taken"),
    task: z.string(),
    attempt: z.number(),
    commit: z.string(),
    ref: z.string(),
    /** Such as `drift`, `timeout`, `overtime`. */
    cause: z.string(),
  }),
  /** Verified work that a person has to agree to before it lands. */
  z.object({
    type: z.literal("approval_requested"),
    task: z.string(),
    attempt: z.number(),
    /** What `answer --checkpoint` names. */
    checkpoint: z.string(),
    question: z.string(),
    /** A line each: what needs the approval. */
    reasons: z.array(z.string()),
  }),
  z.object({
    type: z.literal("answer_given"),
    task: z.string(),
    checkpoint: z.string(),
    approved: z.boolean(),
    /** What the person wrote. */
    input: z.string(),
  }),
  z.object({
    type: z.literal("landing_intended"),
    task: z.string(),
    attempt: z.number(),
    /** Head of the track's branch that is to be replaced, and by what: of tasks verified together, their merge. */
    head: z.string(),
    commit: z.string(),
  }),
  z.object({
    type: z.literal("task_landed"),
    task: z.string(),
    attempt: z.number(),
    /** The task's own commit … */
    commit: z.string(),
    /** … and where the branch is now, when that is another: the merge of tasks that were verified together. */
    head: z.string().optional(),
  }),
  /** O6. A landed task was taken back by a new commit, which the branch is at now. */
  z.object({ type: z.literal("task_undone"), task: z.string(), commit: z.string(), because: z.string() }),
  z.object({
    type: z.literal("attempt_failed"),
    task: z.string(),
    attempt: z.number(),
    reason: z.string(),
    message: z.string(),
    /** True: a cause outside the task (rate limit, network, crash, interruption) that costs no attempt. */
    transient: z.boolean().optional(),
    archived_ref: z.string().optional(),
    /** What sort of mess it was (`rebasing/mess.ts`), and what the next attempt is told of it, at most 600 bytes. */
    mess: z.string().optional(),
    lesson: z.string().optional(),
  }),
  z.object({ type: z.literal("task_failed"), task: z.string(), reason: z.string(), message: z.string() }),
  /** `because`: the task whose failure took this one along, or a reason in words. */
  z.object({ type: z.literal("task_skipped"), task: z.string(), because: z.string() }),
  /** H6. The goal was checked after the last task; `missing`: a line for each part that is not there. */
  z.object({
    type: z.literal("goal_checked"),
    /** How many gap plans came before. */
    round: z.number(),
    met: z.boolean(),
    missing: z.array(z.string()),
    /** Of the run's own agents since the last event that told it. */
    tokens: z.number().optional(),
    cost_usd: z.number().optional(),
  }),
  /** Ids of tasks that a gap plan added to the backlog; `round` counts from 1. */
  z.object({
    type: z.literal("tasks_added"),
    round: z.number(),
    tasks: z.array(z.string()),
    /** Digest of the backlog that holds them, as in `run_started`. */
    backlog_digest: z.string(),
    /** As in `goal_checked`. */
    tokens: z.number().optional(),
    cost_usd: z.number().optional(),
  }),
  /** M12. What was looked at before the first task. */
  z.object({
    type: z.literal("health_checked"),
    checks: z.array(z.object({ name: z.string(), result: z.enum(["ok", "warning", "failed", "skipped"]) })),
  }),
  z.object({ type: z.literal("run_interrupted") }),
  z.object({ type: z.literal("branch_published"), commit: z.string() }),
  z.object({ type: z.literal("fast_forwarded"), branch: z.string(), commit: z.string() }),
  /** The last event: everything asked for is done, or not. */
  z.object({ type: z.literal("run_finished"), outcome: z.enum(["complete", "incomplete"]) }),
]);

type DeepReadonly<Value> = Value extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : Value extends object
    ? { readonly [Key in keyof Value]: DeepReadonly<Value[Key]> }
    : Value;

export type RunEvent = DeepReadonly<z.infer<typeof runEventSchema>>;

export type RunEventOf<Type extends RunEvent["type"]> = Extract<RunEvent, { type: Type }>;

/** Events that concern one task. */
export type TaskEvent = Extract<RunEvent, { readonly task: string }>;

/** Reads an event out of a journal record; the failure says what is wrong with it. */
export function parseRunEvent(event: unknown): Result<RunEvent, string> {
  const parsed = runEventSchema.safeParse(event);
  return parsed.success ? success(parsed.data) : failure(z.prettifyError(parsed.error).replaceAll("\n", " "));
}
