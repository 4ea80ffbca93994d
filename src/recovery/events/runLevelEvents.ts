import { z } from "zod";
import { usage } from "./eventShapes.ts";

/** What of a run's surroundings its process makes or borrows: what a later one has to look for if it dies. */
const holdings = {
  /** Numbers of its worker slots, and of its gate. */
  slots: z.array(z.number()).optional(),
  gate: z.number().optional(),
  /** The host's session that agents' sessions are children of. */
  host_session: z.string().optional(),
} as const;

/** Always the first event. */
export const runStarted = z.object({
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
  /** In their order: what each says, as a digest, its status aside. */
  task_digests: z.array(z.string()).optional(),
  ...holdings,
});

/** What concerns the run as a whole. */
export const runLevelEvents = [
  runStarted,
  z.object({ type: z.literal("run_resumed"), ...holdings }),
  /** What processes of ours that died had left, and is no more. */
  z.object({
    type: z.literal("leftovers_cleared"),
    sessions: z.array(z.string()),
    processes: z.number(),
    locks: z.array(z.string()),
  }),
  /** M12. What was looked at before the first task. */
  z.object({
    type: z.literal("health_checked"),
    checks: z.array(z.object({ name: z.string(), result: z.enum(["ok", "warning", "failed", "skipped"]) })),
  }),
  /** H6. The goal was checked after the last task; `missing`: a line for each part that is not there. */
  z.object({
    type: z.literal("goal_checked"),
    /** How many gap plans came before. */
    round: z.number(),
    met: z.boolean(),
    missing: z.array(z.string()),
    ...usage.run,
  }),
  /** Ids of tasks that a gap plan added to the backlog; `round` counts from 1. */
  z.object({
    type: z.literal("tasks_added"),
    round: z.number(),
    tasks: z.array(z.string()),
    /** Digest of the backlog that holds them, as in `run_started`. */
    backlog_digest: z.string(),
    ...usage.run,
  }),
  z.object({ type: z.literal("run_interrupted") }),
  /** The last event: everything asked for is done, or not. */
  z.object({ type: z.literal("run_finished"), outcome: z.enum(["complete", "incomplete"]) }),
] as const;
