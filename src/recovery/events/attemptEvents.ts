import { z } from "zod";
import { ofAttempt, usage } from "./eventShapes.ts";

/** What happens between the start of an attempt at a task and its end. */
export const attemptEvents = [
  z.object({
    type: z.literal("attempt_started"),
    ...ofAttempt,
    slot: z.number(),
    /** The commit the work is measured against. */
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
    /** How the work is made: by an agent with tools, or as patches that are checked before they are applied (X7). */
    mode: z.enum(["agent", "patch"]).optional(),
    /** Version of the prompt (D1). */
    prompt: z.string().optional(),
    /** What requests are sampled with, where the model takes it (D1). */
    seed: z.number().optional(),
    /** Work of an earlier attempt that this one goes on from; without it the work tree was clean. */
    continues: z.object({ attempt: z.number(), commit: z.string() }).optional(),
  }),
  z.object({ type: z.literal("session_opened"), ...ofAttempt, session: z.string() }),
  /** Another model goes on where the last one's provider failed, in the same work tree and attempt. */
  z.object({ type: z.literal("model_changed"), ...ofAttempt, model: z.string(), because: z.string() }),
  /** Its session is deleted by now. */
  z.object({
    type: z.literal("agent_finished"),
    ...ofAttempt,
    status: z.enum(["success", "timeout", "error", "checkpoint"]),
    /** Of this prompt alone, not of the session so far: they are added up. */
    tokens: z.number(),
    cost_usd: z.number(),
    duration_ms: z.number(),
    message: z.string().optional(),
    /** D1. What requests were sampled with; what is not there the model does not take, or has its own way. */
    sampling: z
      .object({ temperature: z.number().optional(), top_p: z.number().optional(), seed: z.number().optional() })
      .optional(),
  }),
  z.object({
    type: z.literal("work_captured"),
    ...ofAttempt,
    commit: z.string(),
    tree: z.string(),
    paths: z.array(z.string()),
    /** True: its agent was stopped at work. Left out: it had come to rest. */
    cut_off: z.boolean().optional(),
  }),
  z.object({
    type: z.literal("verification_finished"),
    ...ofAttempt,
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
  z.object({ type: z.literal("correction_sent"), ...ofAttempt, correction: z.number() }),
  /** Whether acceptance failed before the work and fails again without it: `because` says why that was not seen. */
  z.object({
    type: z.literal("proof_finished"),
    ...ofAttempt,
    proven: z.boolean(),
    because: z.string().optional(),
  }),
  z.object({
    type: z.literal("attempt_failed"),
    ...ofAttempt,
    reason: z.string(),
    message: z.string(),
    /** True: a cause outside the task (rate limit, network, crash, interruption) that costs no attempt. */
    transient: z.boolean().optional(),
    archived_ref: z.string().optional(),
    /** What sort of mess it was (`rebasing/mess.ts`), and what the next attempt is told of it, at most 600 bytes. */
    mess: z.string().optional(),
    lesson: z.string().optional(),
  }),
] as const;

/** What whoever watches an agent sees, says and saves. */
export const supervisionEvents = [
  z.object({
    type: z.literal("write_refused"),
    ...ofAttempt,
    tool: z.string(),
    path: z.string(),
    because: z.string(),
  }),
  z.object({
    type: z.literal("scope_amended"),
    ...ofAttempt,
    paths: z.array(z.string()),
    reason: z.string(),
    granted: z.boolean(),
    /** Why it was not. */
    because: z.string().optional(),
  }),
  z.object({
    type: z.literal("drift_noticed"),
    ...ofAttempt,
    level: z.enum(["notice", "critical"]),
    /** 0 to 1. */
    score: z.number(),
    /** A line each: what was seen. */
    signals: z.array(z.string()),
  }),
  /** X6. A structured message to a working agent; `delivery` counts from 1. */
  z.object({ type: z.literal("message_sent"), ...ofAttempt, message_id: z.string(), delivery: z.number() }),
  z.object({ type: z.literal("message_acknowledged"), ...ofAttempt, message_id: z.string() }),
  /** X1. The agent stands still: no tool of it runs, no request is sent, what it had made is saved. */
  z.object({ type: z.literal("agent_held"), ...ofAttempt }),
  z.object({ type: z.literal("agent_released"), ...ofAttempt }),
  z.object({
    type: z.literal("checkpoint_taken"),
    ...ofAttempt,
    /** What `rollback --checkpoint` names: `<run>-<task>-<attempt>-c<number>`. */
    id: z.string(),
    commit: z.string(),
    ref: z.string(),
    /** Such as `burst`, `drift`, `timeout`, `overtime`, `pause`, `question`, `rest`, `before_shell`, `rollback`. */
    cause: z.string(),
    /** What it is measured against, where that is not the base of the attempt under way. */
    base: z.string().optional(),
    /** Since the attempt's base; lines: added and removed together. */
    cumulative: usage.difference.optional(),
    /** Since the checkpoint before, with the paths; `more` are not named. */
    incremental: usage.difference.extend({ paths: z.array(z.string()), more: z.number().optional() }).optional(),
    /** X4. What was found when the files were looked at. */
    validation: z
      .object({
        /** Files that were looked at now, and whose verdict was known from before. */
        checked: z.number(),
        cached: z.number(),
        /** Files that were left out: a sample was taken, or the time was up. */
        unchecked: z.number(),
        degraded: z.enum(["sampled", "out_of_time"]).optional(),
        violations: z.array(z.object({ path: z.string(), what: z.string() })),
      })
      .optional(),
    /** Version of the task's spec the verdicts hold for. */
    spec: z.string().optional(),
    took_ms: z.number().optional(),
  }),
] as const;
