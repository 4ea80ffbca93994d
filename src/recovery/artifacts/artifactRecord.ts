import { z } from "zod";
import type { DeepReadonly } from "../../core/deepReadonly.ts";

const text = z.string();

/** One call of a tool by an agent: enough to tell what it did to which files without opening its content (X8). */
const toolCall = z.strictObject({
  id: text,
  tool: text,
  does: z.enum(["read", "write", "shell", "other"]),
  /** As the agent gave them; of very many the first. */
  paths: z.array(text),
  /** The same for calls of the same tool with the same arguments. */
  fingerprint: text,
  /** `refused`: it did not run. */
  outcome: z.enum(["ok", "error", "refused"]),
});

/**
 * D6. What one step of a run made, and what it was made from. The content itself lies in the artifact store, without
 * keys; a line of `artifacts.jsonl` holds this as the `event` of a journal record.
 */
export const artifactSchema = z.strictObject({
  version: z.literal(1),
  /** Sha-256 of the content, which is its name in the store. */
  id: text.regex(/^[0-9a-f]{64}$/),
  bytes: z.number(),
  /** The content was longer than is kept. */
  cut: z.literal(true).optional(),
  /** Milliseconds since the epoch: when the step ended, which is before it was recorded. */
  at: z.number(),
  kind: z.enum(["backlog", "options", "message", "answer", "tool_result", "work", "verification"]),
  /** What the content is: a name and a version, such as `tool-result` 1. */
  schema: z.strictObject({ name: text, version: text }),
  producer: z.strictObject({
    /** An agent's role, or whoever of ours it was: `run`, `task`, `gate`. */
    role: text,
    task: text.optional(),
    attempt: z.number().optional(),
    session: text.optional(),
    /** As provider/model. */
    model: text.optional(),
    /** The commit that was looked at. */
    commit: text.optional(),
  }),
  call: toolCall.optional(),
  /** Ids of the artifacts it was made from. */
  consumes: z.array(text),
});

export type Artifact = DeepReadonly<z.infer<typeof artifactSchema>>;
export type ArtifactKind = Artifact["kind"];
export type ArtifactProducer = Artifact["producer"];
export type ArtifactCall = NonNullable<Artifact["call"]>;
