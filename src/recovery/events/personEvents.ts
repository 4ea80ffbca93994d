import { z } from "zod";
import { ofAttempt } from "./eventShapes.ts";

/** What a person is asked, and what a person wants of a run. */
export const personEvents = [
  /** Verified work that a person has to agree to before it lands. */
  z.object({
    type: z.literal("approval_requested"),
    ...ofAttempt,
    /** What `answer --checkpoint` names. */
    checkpoint: z.string(),
    question: z.string(),
    /** A line each: what needs the approval. */
    reasons: z.array(z.string()),
  }),
  /** H3. An agent asks; its session ends, its work is kept, and the answer reaches the next one. */
  z.object({
    type: z.literal("question_asked"),
    ...ofAttempt,
    checkpoint: z.string(),
    question: z.string(),
    options: z.array(z.string()),
    /** What the agent calls the place it stopped at. */
    resume_id: z.string().optional(),
  }),
  z.object({
    type: z.literal("answer_given"),
    task: z.string(),
    checkpoint: z.string(),
    /** Of a question: true. */
    approved: z.boolean(),
    /** What the person wrote. */
    input: z.string(),
  }),
  z.object({ type: z.literal("run_paused"), because: z.string() }),
  z.object({ type: z.literal("run_unpaused") }),
  z.object({ type: z.literal("task_paused"), task: z.string(), because: z.string() }),
  z.object({ type: z.literal("task_unpaused"), task: z.string() }),
  /** What became of a wish that another process left in the run's inbox; `request` is its file's name. */
  z.object({
    type: z.literal("request_settled"),
    request: z.string(),
    kind: z.string(),
    done: z.boolean(),
    /** For the person. */
    message: z.string(),
  }),
] as const;
