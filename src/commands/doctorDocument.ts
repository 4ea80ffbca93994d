import { z } from "zod";

const check = z.strictObject({
  name: z.string(),
  result: z.enum(["ok", "warning", "failed", "skipped"]),
  /** What was found. */
  says: z.string(),
  /** What a person can do about it. */
  mend: z.string().nullable(),
  duration_ms: z.number(),
});

/** What `doctor --json` prints. */
export const doctorSchema = z.strictObject({
  version: z.literal(1),
  /** The repository's root; null outside of one. */
  repository: z.string().nullable(),
  /** The backlog's file, relative to the root; null when it is not there. */
  backlog: z.string().nullable(),
  /** The worst of all checks. */
  result: z.enum(["ok", "warning", "failed"]),
  /** Always in the same order. */
  checks: z.array(check),
});

export type DoctorDocument = z.infer<typeof doctorSchema>;
