import { z } from "zod";
import type { JsonSchema } from "../../core/agentRunner.ts";

/** In characters and entries; an answer beyond them is asked for again. */
const LIMITS = { path: 500, content: 400_000, edits: 200, replacements: 100, says: 2_000 } as const;

const editSchema = z.strictObject({
  path: z.string().min(1).max(LIMITS.path).describe("A file, from the repository's root"),
  content: z.string().max(LIMITS.content).nullable().optional().describe("The whole new file; null deletes it"),
  replace: z
    .array(z.strictObject({ find: z.string().min(1), with: z.string() }))
    .min(1)
    .max(LIMITS.replacements)
    .optional()
    .describe("Instead of content: parts of the file as it is, each found there exactly once"),
});

export const patchSchema = z.strictObject({
  edits: z.array(editSchema).max(LIMITS.edits),
  says: z.string().max(LIMITS.says).optional().describe("What was done, or why it cannot be, in a few lines"),
});

export type PatchEdit = Readonly<z.infer<typeof editSchema>>;

const { $schema: _dialect, ...answerSchema } = z.toJSONSchema(patchSchema);

/** What an agent without tools to write with answers by. */
export const patchAnswerSchema: JsonSchema = answerSchema;
