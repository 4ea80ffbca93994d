import { z } from "zod";
import { failure, type Result, success } from "./core/result.ts";

const modelRef = z
  .string()
  .regex(/^[^/\s]+\/\S+$/, "expected provider/model")
  .describe("a model as provider/model");
const models = z.array(modelRef).max(20).describe("models, tried in order");
const seconds = (fallback: number, what: string) =>
  z.number().int().min(1).max(86_400).default(fallback).describe(what);
const commands = (what: string) => z.array(z.string().trim().min(1)).max(50).optional().describe(what);

/** What a person wants to be asked about before it lands, over what is always asked about. */
const approvals = z
  .strictObject({
    paths: z
      .array(z.string().trim().min(1))
      .max(100)
      .default([])
      .describe("paths or globs: a task that changes one waits for `answer`"),
    kinds: z
      .array(z.enum(["executable", "deletion", "dependencies", "tests"]))
      .default(["tests"])
      .describe(
        "kinds of change that wait for `answer`: new executables, deleted files, dependency manifests and lockfiles, fewer or weaker tests",
      ),
  })
  .prefault({});

/**
 * The plugin's options: the second element of its tuple in `opencode.json`. Types, defaults, help and the published
 * JSON schema all come from here. Unknown keys are refused.
 */
export const optionsSchema = z.strictObject({
  models: z
    .strictObject({
      planning: models.optional(),
      backlog: modelRef.optional(),
      documentation: models.optional(),
      simple: models.optional(),
      complex: models.optional(),
    })
    .prefault({})
    .describe("who does what; not given: free models plan, the session's model does the rest"),
  workers: z.number().int().min(1).max(32).default(3).describe("tasks at once"),
  planningTimeoutSeconds: seconds(300, "limit for one planning agent"),
  taskTimeoutSeconds: seconds(600, "limit for one agent on one task, and for one command of a check"),
  idleTimeoutSeconds: seconds(120, "an agent that shows no sign of life for this long is stopped"),
  lockTimeoutMs: z.number().int().min(0).max(600_000).default(5_000).describe("wait for a lock at most this long"),
  maxAttempts: z.number().int().min(1).max(10).default(3).describe("attempts at a task, each from a clean worktree"),
  apiConcurrency: z.number().int().min(1).max(100).default(10).describe("agent sessions open at once in one command"),
  verify: commands("commands that pass on every commit of the branch; a backlog's own `verify` comes first"),
  setup: commands("commands that prepare a worktree; a backlog's own `setup` comes first"),
  budget: z
    .strictObject({
      tokens: z.number().int().positive().optional(),
      usd: z.number().positive().optional(),
    })
    .prefault({})
    .describe("no task is started once a run has used this much; the run can be resumed"),
  merge: z
    .enum(["fast-forward", "branch"])
    .default("fast-forward")
    .describe("at the end: move the user's branch if that is safe, or leave the work on mac/<track_id>"),
  maxSelfCorrections: z
    .number()
    .int()
    .min(0)
    .max(10)
    .default(2)
    .describe("how often what failed goes back to the same session before the attempt has failed"),
  maxGapPlans: z.number().int().min(0).max(10).default(2).describe("rounds of new tasks for what the goal still lacks"),
  copy: z
    .array(z.string().trim().min(1))
    .max(50)
    .default([])
    .describe("files of the user's, such as .env, placed in each worktree; they never land"),
  sandbox: z
    .enum(["auto", "bubblewrap", "off"])
    .default("auto")
    .describe("how commands are kept in their worktree: auto takes bubblewrap where it works"),
  failurePolicy: z
    .enum(["skip-dependents", "stop", "undo"])
    .default("skip-dependents")
    .describe(
      "after a task has failed for good: go on without what needs it, start nothing more, or also take back what the run has landed",
    ),
  approvals: approvals.describe("changes that wait for a person"),
});

export type Options = z.output<typeof optionsSchema>;

export const DEFAULT_OPTIONS: Options = optionsSchema.parse({});

/** Reads the options a plugin was given. The failure is one line that names every wrong key. */
export function parseOptions(given: unknown): Result<Options, string> {
  const parsed = optionsSchema.safeParse(given ?? {});
  if (parsed.success) return success(parsed.data);
  const problems = parsed.error.issues.map((issue) => {
    const place = issue.path.join(".");
    return place === "" ? issue.message : `${place}: ${issue.message}`;
  });
  return failure(`The options of multi-agent-coder in opencode.json are not valid: ${problems.join("; ")}.`);
}
