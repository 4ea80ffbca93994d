import { z } from "zod";
import { ofAttempt } from "./eventShapes.ts";

/** What moves the track's branch, and what ends a task. */
export const landingEvents = [
  z.object({
    type: z.literal("landing_intended"),
    ...ofAttempt,
    /** Head of the track's branch that is to be replaced, and by what: of tasks verified together, their merge. */
    head: z.string(),
    commit: z.string(),
    irreversible: z.string().optional(),
  }),
  z.object({
    type: z.literal("task_landed"),
    ...ofAttempt,
    /** The task's own commit … */
    commit: z.string(),
    /** … and where the branch is now, when that is another: the merge of tasks that were verified together. */
    head: z.string().optional(),
    /** H4. Why git alone cannot undo it, such as commands that could reach the network; without it git can. */
    irreversible: z.string().optional(),
  }),
  /** O6. A landed task was taken back by a new commit, which the branch is at now. */
  z.object({
    type: z.literal("task_undone"),
    task: z.string(),
    commit: z.string(),
    because: z.string(),
    /** Tasks that were not complete, and whose saved work is built on what was taken back: they begin anew. */
    restarts: z.array(z.string()).optional(),
  }),
  /** A task that had been taken back is on the branch again, by the new commit `head`; `commit` is its own. */
  z.object({
    type: z.literal("task_restored"),
    task: z.string(),
    commit: z.string(),
    head: z.string(),
    because: z.string(),
    irreversible: z.string().optional(),
  }),
  /** X3. The next attempt at a task that has not landed goes on from `commit`, which is measured against `base`. */
  z.object({
    type: z.literal("task_rolled_back"),
    task: z.string(),
    checkpoint: z.string(),
    mode: z.enum(["full", "partial", "smart"]),
    /** Whose checkpoint it is, perhaps of an earlier run. */
    from_attempt: z.number(),
    base: z.string(),
    commit: z.string(),
    /** Paths that are as they were at the checkpoint, or before it, again. */
    reverted: z.array(z.string()),
  }),
  /** What the run before this one knew of a task that still says the same. */
  z.object({
    type: z.literal("task_taken_over"),
    task: z.string(),
    from_run: z.string(),
    answer: z.object({ checkpoint: z.string(), question: z.string(), input: z.string() }).optional(),
    /** Work that the next attempt goes on from. */
    continues: z
      .object({ attempt: z.number(), base: z.string(), commit: z.string(), is_whole: z.boolean() })
      .optional(),
  }),
  z.object({ type: z.literal("task_failed"), task: z.string(), reason: z.string(), message: z.string() }),
  /** `because`: the task whose failure took this one along, or a reason in words. */
  z.object({ type: z.literal("task_skipped"), task: z.string(), because: z.string() }),
  z.object({ type: z.literal("branch_published"), commit: z.string() }),
  z.object({ type: z.literal("fast_forwarded"), branch: z.string(), commit: z.string() }),
] as const;
